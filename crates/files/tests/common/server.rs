//! A PostgreSQL server with PostGIS that a test starts and ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server of its own, in a folder that vanishes, which only its socket leads to.
pub struct Server {
    process: Child,
    folder: TempDir,
    programs: PathBuf,
}

impl Server {
    /// Starts one with an empty database `county` that has PostGIS.
    pub fn start() -> Self {
        let (folder, programs) = (tempfile::tempdir().unwrap(), programs());
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        if is_root() {
            let owner = ["-R", "postgres:postgres", folder.path().to_str().unwrap()];
            assert!(Command::new("chown").args(owner).status().unwrap().success());
        }
        let made = as_nobody_special(&programs.join("initdb"))
            .args(["--auth=trust", "--username=lantu", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let process = as_nobody_special(&programs.join("postgres"))
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .arg("-D")
            .arg(&data)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let server = Self { process, folder, programs };
        let started = Instant::now();
        while !server.psql("postgres", "SELECT 1").status.success() {
            let log = fs::read_to_string(server.folder.path().join("log")).unwrap();
            assert!(started.elapsed() < Duration::from_secs(60), "the server does not start: {log}");
            std::thread::sleep(Duration::from_millis(100));
        }
        server.sql("postgres", "CREATE DATABASE county");
        server.sql("county", "CREATE EXTENSION postgis");
        server
    }

    fn psql(&self, database: &str, sql: &str) -> std::process::Output {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "lantu", "-d", database, "-c", sql]);
        psql.arg("-h").arg(self.folder.path()).output().unwrap()
    }

    /// Runs a statement in a database and returns what it prints.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let done = self.psql(database, sql);
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// The database `county` in GDAL's spelling.
    pub fn source(&self) -> String {
        format!("PG:host={} dbname=county user=lantu", self.folder.path().display())
    }

    /// Ends it, as a power cut would not.
    pub fn stop(&mut self) {
        // SIGINT is a server's way to end at once and in order.
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            self.stop();
        }
    }
}

/// Where the server's programs lie; Debian keeps them out of the way.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = versions.map(|version| version.join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let has = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(has).expect("PostgreSQL with PostGIS is needed: scripts/setup.sh test")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// A server refuses to run as root.
fn as_nobody_special(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}
