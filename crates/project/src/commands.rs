//! From the one list of commands to the dispatcher and the TypeScript types.

use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

/// Makes from a list `name: Request => Response` the trait `Commands` with one method per line,
/// `dispatch`, which calls them by name with JSON, `COMMANDS`, their names, and `typescript`.
#[macro_export]
macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident: $request:ty => $response:ty,)*) => {
        /// The names of all commands.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        /// What answers the commands.
        pub trait Commands {
            $($(#[doc = $doc])*
            ///
            /// # Errors
            /// A [`Problem`] that says what happened and what to do.
            fn $name(&self, request: $request) -> Result<$response, Problem>;)*
        }

        /// Answers a command by its name.
        ///
        /// # Errors
        /// The command's own [`Problem`], or one that says that name or request are not understood.
        pub fn dispatch(to: &impl Commands, name: &str, request: serde_json::Value) -> Result<serde_json::Value, Problem> {
            match name {
                $(stringify!($name) => $crate::commands::answer(name, request, |request: $request| to.$name(request)),)*
                _ => Err($crate::problem::unknown_command(name)),
            }
        }

        /// Returns the TypeScript file with every type and the map of commands.
        pub fn typescript() -> String {
            let mut file = $crate::commands::TypeScript::new();
            $(file.command::<$request, $response>(stringify!($name), concat!($($doc),*));)*
            file.text::<(Progress, Problem)>()
        }
    };
}

/// Reads a request, answers it and writes the response.
pub(crate) fn answer<Q, A>(
    name: &str,
    request: serde_json::Value,
    command: impl FnOnce(Q) -> Result<A, crate::api::Problem>,
) -> Result<serde_json::Value, crate::api::Problem>
where
    Q: serde::de::DeserializeOwned,
    A: serde::Serialize,
{
    // A command without arguments may be called with nothing at all.
    let request = if request.is_null() { serde_json::Value::Object(serde_json::Map::new()) } else { request };
    let request = serde_json::from_value(request).map_err(|cause| crate::problem::bad_request(name, &cause))?;
    serde_json::to_value(command(request)?).map_err(|cause| crate::problem::bad_response(name, &cause))
}

/// The TypeScript file while it is put together.
pub(crate) struct TypeScript {
    config: Config,
    types: BTreeMap<String, String>,
    commands: String,
}

impl TypeScript {
    pub(crate) fn new() -> Self {
        Self { config: Config::new().with_large_int("number"), types: BTreeMap::new(), commands: String::new() }
    }

    pub(crate) fn command<Q: TS + 'static, A: TS + 'static>(&mut self, name: &str, doc: &str) {
        self.visit::<Q>();
        self.visit::<A>();
        let (request, response) = (Q::name(&self.config), A::name(&self.config));
        let doc = doc.trim();
        self.commands += &format!("  /** {doc} */\n  {name}: {{ request: {request}; response: {response} }};\n");
    }

    /// Returns the file; `Events` are types that travel outside commands.
    pub(crate) fn text<Events: TS + 'static>(mut self) -> String {
        Events::visit_generics(&mut self);
        let types: String = self.types.into_values().collect();
        format!(
            "// Made from crates/project/src/api.rs by `cargo run -p lantu-project --example typescript`. Do not edit.\n\n\
             {types}/** Every command with its request and its response. */\nexport type Commands = {{\n{}}};\n",
            self.commands
        )
    }
}

impl TypeVisitor for TypeScript {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            return T::visit_generics(self);
        }
        let name = T::name(&self.config);
        if self.types.contains_key(&name) {
            return;
        }
        let text = format!("{}export {}\n", T::docs().unwrap_or_default(), T::decl(&self.config));
        let lines: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        self.types.insert(name, lines + "\n");
        T::visit_dependencies(self);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_typescript_is_what_the_list_of_commands_says() {
        let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/host/api.gen.ts");
        let found = std::fs::read_to_string(committed).unwrap();
        assert!(
            found == crate::api::typescript(),
            "ui/src/host/api.gen.ts is stale: run `cargo run -p lantu-project --example typescript`"
        );
    }
}
