// Made from crates/project/src/api.rs by `cargo run -p lantu-project --example typescript`. Do not edit.

/**
 * What the about page says.
 */
export type About = {
/**
 * The program's version.
 */
version: string,
/**
 * The case's figures, the yardstick.
 */
figures: Array<CaseFigure>,
/**
 * Their source, Chinese and English.
 */
source: [string, string], };

/**
 * The balances, with the numbers that a report has. Areas are ellipsoidal. Lights are `green`, `yellow`
 * (it depends on open conflicts) and `red`; empty where the plan asks for nothing.
 */
export type BalanceFigures = {
/**
 * The classes whose ground must be replaced where it is lost.
 */
ledger_classes: Array<string>,
/**
 * Their ledger per region that has an entry, the whole first.
 */
ledger: Array<LedgerFigure>,
/**
 * The targets.
 */
targets: Array<TargetFigure>,
/**
 * The control lines per region.
 */
lines: Array<LineFigure>,
/**
 * The shoreline per region, if the plan names the sea.
 */
shoreline: Array<ShoreFigure>, };

/**
 * How it goes with the base map.
 */
export type BaseState = {
/**
 * What is shown; its number is 0 if nothing is.
 */
view: BaseView,
/**
 * What the last tile that its server was asked for met with.
 */
trouble: Problem | null, };

/**
 * The base map that is shown.
 */
export type BaseView = {
/**
 * Its number, another one for every choice; 0 for none.
 */
number: number,
/**
 * The file, if it is one.
 */
path: string,
/**
 * The server that is asked, if it is on one: its name without path and key.
 */
server: string,
/**
 * Its name.
 */
name: string,
/**
 * Whose it is, to be said wherever it is shown.
 */
attribution: string,
/**
 * The first zoom that has pictures.
 */
min_zoom: number,
/**
 * The last one.
 */
max_zoom: number,
/**
 * The width of a picture in pixels.
 */
tile_px: number,
/**
 * Whether names come as pictures of their own.
 */
labels: boolean, };

/**
 * A conflict by id.
 */
export type ById = {
/**
 * The conflict's id.
 */
id: string, };

/**
 * A layer by name.
 */
export type ByName = {
/**
 * Its name.
 */
name: string, };

/**
 * An operation of the record.
 */
export type ByNumber = {
/**
 * Its number; 0 is the beginning.
 */
number: number, };

/**
 * A figure of Hainan's case.
 */
export type CaseFigure = {
/**
 * What it counts, Chinese and English.
 */
name: [string, string],
/**
 * The figure as text, with its unit; Chinese and English.
 */
value: [string, string], };

/**
 * Rules to decide by from now on.
 */
export type ChangeRules = {
/**
 * The rules; `None` for those that the project was opened with.
 */
book: RuleBook | null,
/**
 * Why.
 */
reason: string,
/**
 * The legal reference.
 */
basis: string, };

/**
 * What a planner chooses.
 */
export type ChoiceArg = { "kind": "give-to",
/**
 * The layer's name.
 */
layer: string,
/**
 * The feature's id.
 */
fid: number, } | { "kind": "give-to-class",
/**
 * The class.
 */
class: string, } | { "kind": "keep-all" } | { "kind": "other-class",
/**
 * Its id.
 */
class: string, } | { "kind": "leave-empty" } | { "kind": "open" };

/**
 * A base map to be shown under the layers.
 */
export type ChooseBase = { "kind": "none" } | { "kind": "file",
/**
 * MBTiles or PMTiles.
 */
path: string, } | { "kind": "web",
/**
 * An address with `{z}`, `{x}` and `{y}`, or that of a WMTS or of one of its tiles.
 */
address: string, } | { "kind": "tianditu",
/**
 * `img` (pictures), `vec` (map) or `ter` (relief).
 */
map: string,
/**
 * Whether names are laid over it.
 */
labels: boolean,
/**
 * The planner's own key; kept nowhere here.
 */
key: string, };

/**
 * A class's area in the whole blueprint, before and after.
 */
export type ClassChange = {
/**
 * Class id; empty for open, `-` for ground that stays empty.
 */
class: string,
/**
 * Its area now; for `-` only that of the conflicts at hand.
 */
before_m2: number,
/**
 * Its area then.
 */
after_m2: number, };

/**
 * Slivers from one class to another.
 */
export type ClassMove = {
/**
 * The class they had; empty for gaps and what is open.
 */
from: string,
/**
 * The class they go to.
 */
to: string,
/**
 * Count and area.
 */
tally: Tally, };

/**
 * A class and what it has.
 */
export type ClassTally = {
/**
 * Class id; empty for open.
 */
class: string,
/**
 * Count and area.
 */
tally: Tally, };

/**
 * A class of the rule set.
 */
export type ClassView = {
/**
 * Its id.
 */
id: string,
/**
 * Chinese name.
 */
zh: string,
/**
 * English name.
 */
en: string,
/**
 * `#rrggbb`.
 */
color: string,
/**
 * Whether it is a control line.
 */
control: boolean,
/**
 * Whether its name comes from practice and is to be checked.
 */
to_be_checked: boolean, };

/**
 * A finding's code and how often it occurs.
 */
export type CodeCount = {
/**
 * The code, as `self-intersection`.
 */
code: string,
/**
 * `note`, `warning` or `loss`.
 */
severity: string,
/**
 * How often.
 */
count: number, };

/**
 * All about one conflict.
 */
export type ConflictDetail = {
/**
 * As in the list.
 */
row: ConflictRow,
/**
 * West, south, east, north in degrees.
 */
lonlat_bounds: [number, number, number, number],
/**
 * A point inside, in degrees.
 */
lonlat_inside: [number, number],
/**
 * A point inside, in the project's plane.
 */
inside: [number, number],
/**
 * The ellipsoidal area.
 */
ellipsoid_area_m2: number,
/**
 * Who claims it, in the order of the keys 1–9.
 */
parties: Array<Party>,
/**
 * What is in force.
 */
decision: DecisionView,
/**
 * The split that it is a part of, if it is one.
 */
split: SplitView | null,
/**
 * Whether it is locked: nobody decides it before it is unlocked.
 */
locked: boolean, };

/**
 * Rows of the list.
 */
export type ConflictPage = {
/**
 * How many match, and their area.
 */
total: Tally,
/**
 * Of these, open.
 */
open: Tally,
/**
 * The rows asked for.
 */
rows: Array<ConflictRow>,
/**
 * The row of the conflict asked for, if it matches.
 */
row_of: number | null, };

/**
 * One row of the list.
 */
export type ConflictRow = {
/**
 * The conflict's id.
 */
id: string,
/**
 * `overlap`, `self-overlap` or `gap`.
 */
kind: string,
/**
 * Whether it is a sliver.
 */
sliver: boolean,
/**
 * The parties' classes, in the parties' order, repeats left out.
 */
classes: Array<string>,
/**
 * Its area.
 */
area_m2: number,
/**
 * Its mean width.
 */
width_m: number,
/**
 * `open`, `rule`, `hand` or `compatible`.
 */
state: string, };

/**
 * How the work went on.
 */
export type Course = {
/**
 * Day by day, the first first.
 */
days: Array<CourseDay>, };

/**
 * What was decided by hand on a day, and by its end.
 */
export type CourseDay = {
/**
 * The day, ISO 8601, where it was decided.
 */
day: string,
/**
 * How many operations.
 */
operations: number,
/**
 * Decisions by hand in force at its end, of conflicts that are still there.
 */
decided: Tally, };

/**
 * A decision.
 */
export type Decide = {
/**
 * Which conflicts, by id.
 */
conflicts: Array<string>,
/**
 * Which conflicts, as rows of the list; those that the choice does not apply to are passed over.
 */
rows: Rows | null,
/**
 * What is chosen.
 */
choice: ChoiceArg,
/**
 * Why.
 */
reason: string,
/**
 * The legal reference.
 */
basis: string, };

/**
 * What is decided, and why.
 */
export type DecisionView = {
/**
 * `open`, `give-to`, `keep-all`, `other-class` or `leave-empty`.
 */
verdict: string,
/**
 * The party it goes to (index in `parties`), for `give-to`.
 */
party: number | null,
/**
 * The class it has now; empty while open.
 */
class: string,
/**
 * The rules that decided it, as `R1`; empty otherwise.
 */
rule: string,
/**
 * The rule's reason, Chinese and English.
 */
because: [string, string],
/**
 * The legal basis of the rule or of the pair of classes, Chinese and English.
 */
basis: [string, string],
/**
 * Whether the rule or the pair of classes is confirmed by a source.
 */
confirmed: boolean,
/**
 * The operation that decided it, if a planner did.
 */
operation: OperationView | null, };

/**
 * Figures of the districts, for bars.
 */
export type DistrictFigures = {
/**
 * The districts in the order of their codes; the last is the ground outside of all.
 */
rows: Array<DistrictRow>, };

/**
 * A district that a rule may name.
 */
export type DistrictName = {
/**
 * Its code.
 */
code: string,
/**
 * Its name; empty where the layer of districts has none of this code.
 */
name: string, };

/**
 * A district's figures.
 */
export type DistrictRow = {
/**
 * Its code; `-` for what lies in none.
 */
code: string,
/**
 * Its name.
 */
name: string,
/**
 * Conflicts of which it holds the most.
 */
conflicts: Tally,
/**
 * Of these, open.
 */
open: Tally,
/**
 * Blueprint area within it by class, the largest first; an empty class is what is open. The count is
 * that of the faces.
 */
classes: Array<ClassTally>, };

/**
 * A line that was drawn to measure it.
 */
export type DrawnLine = {
/**
 * Its places, in longitude and latitude.
 */
line: Array<[number, number]>, };

/**
 * A layer's new name or class.
 */
export type EditLayer = {
/**
 * The layer's present name.
 */
name: string,
/**
 * The new name.
 */
rename: string | null,
/**
 * The new class.
 */
class: string | null, };

/**
 * Where to write what.
 */
export type Export = {
/**
 * The file; its ending says the format (`.geojson`, `.gpkg`).
 */
path: string,
/**
 * `blueprint` or `conflicts`.
 */
what: string,
/**
 * How, where the format leaves a choice.
 */
manner: ExportManner, };

/**
 * How to write, where a format leaves a choice.
 */
export type ExportManner = {
/**
 * The encoding of text in a Shapefile or boundary TXT: `gbk`, or UTF-8 for anything else.
 */
encoding: string,
/**
 * What fields are called: `chinese`, `standard` (codes of the database standard), or as documented for
 * anything else.
 */
names: string,
/**
 * Only the blueprint's patches of these classes; all if there are none.
 */
only: Array<string>,
/**
 * Whether every patch becomes a boundary TXT of its own.
 */
each: boolean, };

/**
 * What was written.
 */
export type Exported = {
/**
 * The file.
 */
path: string,
/**
 * How many features.
 */
features: number,
/**
 * Whether the file as written was proven to be a partition.
 */
proven: boolean, };

/**
 * A file.
 */
export type FileAt = {
/**
 * Its path.
 */
path: string, };

/**
 * Which conflicts are wanted.
 */
export type Filter = {
/**
 * `open`, `rule`, `hand`, `compatible`; empty for all but `compatible`.
 */
state: string,
/**
 * Class ids, sorted; empty for all pairs.
 */
classes: Array<string>,
/**
 * `overlap`, `self-overlap`, `gap`; empty for overlaps and self-overlaps.
 */
kind: string,
/**
 * `true`: slivers only; `false`: no slivers; `None`: both.
 */
sliver: boolean | null,
/**
 * The rules that decided them or left them open, as `R1`; `-` for no rule; empty for any.
 */
rule: string,
/**
 * A part of a party's layer, label or feature id; the case of letters aside.
 */
text: string,
/**
 * The least area.
 */
min_area_m2: number | null,
/**
 * The largest area.
 */
max_area_m2: number | null,
/**
 * The least mean width.
 */
min_width_m: number | null,
/**
 * The largest mean width.
 */
max_width_m: number | null,
/**
 * West, south, east, north in degrees of what they must touch.
 */
within: [number, number, number, number] | null,
/**
 * The code of the district, or of what it lies in, that holds the most of them; `-` for none; empty
 * for any.
 */
district: string,
/**
 * A feature that is a party of them.
 */
party: PartyRef | null, };

/**
 * Findings of one code.
 */
export type FindingPage = {
/**
 * How many there are.
 */
total: number,
/**
 * Those asked for.
 */
rows: Array<FindingRow>, };

/**
 * One finding.
 */
export type FindingRow = {
/**
 * The feature it is about, if it is about one.
 */
fid: number | null,
/**
 * Where, in degrees, if somewhere in particular.
 */
lonlat: [number, number] | null, };

/**
 * A group of conflicts. What it is grouped by is given, the rest is empty.
 */
export type Group = {
/**
 * Class ids, sorted.
 */
classes: Array<string>,
/**
 * A district's code; `-` for what lies in none.
 */
district: string,
/**
 * Its name, or that of the feature.
 */
name: string,
/**
 * A feature; its conflicts are those that it is a party of.
 */
party: PartyRef | null,
/**
 * All of them.
 */
tally: Tally,
/**
 * Of these, open.
 */
open: Tally, };

/**
 * Groups of conflicts, those with the most open ground first, at most 1,000.
 */
export type Groups = {
/**
 * How many groups there are.
 */
total: number,
/**
 * The groups.
 */
rows: Array<Group>, };

/**
 * Operations of the record.
 */
export type HistoryPage = {
/**
 * How many there are in the record.
 */
all: number,
/**
 * How many match.
 */
total: number,
/**
 * Those asked for, newest first.
 */
rows: Array<OperationView>, };

/**
 * What was put into the record.
 */
export type KeptLayers = {
/**
 * The record.
 */
path: string,
/**
 * How many patches.
 */
patches: number,
/**
 * How many conflicts.
 */
conflicts: number, };

/**
 * A change of a layer that the record keeps beside the project file.
 */
export type LayerEdit = {
/**
 * The layer's name in the project file, or that of an added layer.
 */
layer: string,
/**
 * `rename`, `class`, `read`, `replace`, `remove`, `add`; `lost` if it could not be applied.
 */
kind: string,
/**
 * The new name, class or file.
 */
value: string, };

/**
 * How a layer is read, and why so.
 */
export type LayerReading = {
/**
 * The file, with `|layername=…|subset=…`.
 */
source: string,
/**
 * Its class.
 */
class: string,
/**
 * Why it has this class, Chinese and English.
 */
class_because: [string, string],
/**
 * The encoding of its text, as `GBK`.
 */
encoding: string,
/**
 * Who says so: `declared`, `detected` or `given`.
 */
encoding_basis: string,
/**
 * Whether every character could be decoded.
 */
encoding_certain: boolean,
/**
 * The CRS that its coordinates are taken to be in.
 */
crs: string,
/**
 * The CRS that the planner has given; empty if the file is believed.
 */
crs_given: string,
/**
 * The fields of the file.
 */
fields: Array<string>,
/**
 * The field that holds each feature's own class; empty if all have the layer's.
 */
class_field: string,
/**
 * The system of its codes: `survey`, `planning` or empty.
 */
codes: string,
/**
 * A field that seems to hold codes; empty if none does.
 */
codes_field: string,
/**
 * The system that its codes seem to have, as in `codes`.
 */
codes_system: string,
/**
 * Why it seems so, Chinese and English.
 */
codes_because: [string, string],
/**
 * `given`, `missing` where a datum is crossed without parameters, `none` where none is crossed.
 */
datum: string,
/**
 * The parameters of the way between the datums: dX, dY, dZ (m), rX, rY, rZ (″), scale (10⁻⁶); or
 * north, east (m), angle (″), scale (10⁻⁶); empty if none are given.
 */
shift: Array<number>, };

/**
 * A layer in the list.
 */
export type LayerView = {
/**
 * Its name, unique in the project.
 */
name: string,
/**
 * Its class (role), one of the rule set's classes.
 */
class: string,
/**
 * Where it was read from, with `|layername=…|subset=…`.
 */
source: string,
/**
 * The file's CRS.
 */
crs: string,
/**
 * How many features it has.
 */
features: number,
/**
 * Its area: the sum of its features' ground.
 */
area_m2: number,
/**
 * How many findings it has, per code.
 */
findings: Array<CodeCount>, };

/**
 * The replacement ledger of a region.
 */
export type LedgerFigure = {
/**
 * The region's code; empty for the whole, `-` for what lies in no district.
 */
code: string,
/**
 * Its name.
 */
name: string,
/**
 * Ground lost, in hectares.
 */
lost_ha: number,
/**
 * Ground added.
 */
added_ha: number,
/**
 * Ground that nobody has decided on.
 */
pending_ha: number,
/**
 * What is still to be found, in m²; negative is more than was lost.
 */
owed_m2: number,
/**
 * What of it other counties of the same city have found, in m²; `None` where there is no city.
 */
covered_in_city_m2: number | null,
/**
 * How it stands.
 */
light: string, };

/**
 * A control line in a region.
 */
export type LineFigure = {
/**
 * Its class.
 */
class: string,
/**
 * The region's code; empty for the whole.
 */
code: string,
/**
 * Its name.
 */
name: string,
/**
 * Its area in hectares; what of it lies on the layer's ground, if one is named.
 */
area_ha: number,
/**
 * The layer whose ground it is a share of; empty for the districts' ground.
 */
of: string,
/**
 * Its share in per cent.
 */
share: number | null, };

/**
 * A page of the list.
 */
export type ListConflicts = {
/**
 * Which.
 */
filter: Filter,
/**
 * `area` (largest first), `width` (narrowest first), `pair`, `district` or `near`.
 */
sort: string,
/**
 * The longitude and latitude that `near` measures from.
 */
near: [number, number] | null,
/**
 * The first row.
 */
offset: number,
/**
 * How many rows, at most 500.
 */
limit: number,
/**
 * If given, its row is told in [`ConflictPage::row_of`].
 */
locate: string | null, };

/**
 * A page of a layer's findings.
 */
export type ListFindings = {
/**
 * The layer's name.
 */
layer: string,
/**
 * The findings' code.
 */
code: string,
/**
 * The first one.
 */
offset: number,
/**
 * How many, at most 500.
 */
limit: number, };

/**
 * How the conflicts of a filter are grouped.
 */
export type ListGroups = {
/**
 * Which conflicts.
 */
filter: Filter,
/**
 * `pair`, `district` or `feature`.
 */
by: string, };

/**
 * A page of the record.
 *
 * Words that the window puts in place of kinds and choices are matched there; it sends what they stand for.
 */
export type ListHistory = {
/**
 * Words that stand in who, when, reason, basis, layer or class; empty for all.
 */
text: string,
/**
 * Kinds of operations whose words hold the text, as `undo` or `keep-all`.
 */
kinds: Array<string>,
/**
 * Classes whose names hold the text.
 */
classes: Array<string>,
/**
 * The first one.
 */
offset: number,
/**
 * How many, at most 500.
 */
limit: number, };

/**
 * A page of what was merged.
 */
export type ListSlivers = {
/**
 * The first row.
 */
offset: number,
/**
 * How many rows, at most 500.
 */
limit: number, };

/**
 * Conflicts to lock or to unlock.
 */
export type Lock = {
/**
 * Which, by id.
 */
conflicts: Array<string>,
/**
 * Whether they are locked from now on.
 */
locked: boolean, };

/**
 * How long and how large it is on the ellipsoid.
 */
export type Measured = {
/**
 * Its length.
 */
length_m: number,
/**
 * The area that it encloses once it is closed; 0 for fewer than three places.
 */
area_m2: number, };

/**
 * The wish to merge slivers, or no longer to.
 */
export type MergeSlivers = {
/**
 * How; `None` to merge none.
 */
settings: SliverSettings | null,
/**
 * Why.
 */
reason: string,
/**
 * The legal reference.
 */
basis: string, };

/**
 * A request without arguments.
 */
export type Nothing = Record<symbol, never>;

/**
 * One operation of the record.
 */
export type OperationView = {
/**
 * Its number.
 */
number: number,
/**
 * Who.
 */
who: string,
/**
 * When, ISO 8601.
 */
when: string,
/**
 * `decide`, `slivers`, `rules`, `undo` or `redo`.
 */
kind: string,
/**
 * How many conflicts it touches.
 */
conflicts: number,
/**
 * What was chosen, in the form of [`ChoiceArg`]; `None` for undo and redo.
 */
choice: ChoiceArg | null,
/**
 * Why.
 */
reason: string,
/**
 * The legal reference.
 */
basis: string, };

/**
 * A decision without its conflict.
 */
export type OrphanView = {
/**
 * The id of the conflict that it was made for.
 */
conflict: string,
/**
 * `conflict-gone`, or `party-gone` where only the feature or class chosen is.
 */
because: string,
/**
 * The operation's number.
 */
operation: number,
/**
 * Who decided.
 */
who: string,
/**
 * When.
 */
when: string,
/**
 * What was chosen.
 */
choice: ChoiceArg | null,
/**
 * Why.
 */
reason: string,
/**
 * The legal reference.
 */
basis: string,
/**
 * The conflict's kind; empty if the record does not say.
 */
kind: string,
/**
 * The layers of its parties.
 */
layers: Array<string>,
/**
 * Its area.
 */
area_m2: number,
/**
 * Where it was, in degrees.
 */
lonlat: [number, number] | null, };

/**
 * Decisions in force that fit no conflict any more.
 */
export type Orphans = {
/**
 * One per conflict, in the order of the record.
 */
rows: Array<OrphanView>, };

/**
 * A pair's conflicts before and after.
 */
export type PairChange = {
/**
 * Class ids, sorted.
 */
classes: Array<string>,
/**
 * All of them.
 */
conflicts: [Tally, Tally],
/**
 * Those open.
 */
open: [Tally, Tally], };

/**
 * Classes that contradict each other and how often.
 */
export type PairTally = {
/**
 * Class ids, sorted.
 */
classes: Array<string>,
/**
 * Count and area.
 */
tally: Tally,
/**
 * Of these, open.
 */
open: Tally, };

/**
 * A feature that claims a place.
 */
export type Party = {
/**
 * Its layer.
 */
layer: string,
/**
 * Its id in the file.
 */
fid: number,
/**
 * Its class.
 */
class: string,
/**
 * A name or code from its attributes, if it has one.
 */
label: string,
/**
 * Its whole area.
 */
area_m2: number,
/**
 * The part of it that this conflict takes, 0 to 1.
 */
share: number,
/**
 * Its attributes, in the file's order.
 */
attributes: Array<[string, string]>, };

/**
 * A feature of a layer.
 */
export type PartyRef = {
/**
 * The layer's name.
 */
layer: string,
/**
 * The feature's id in its file.
 */
fid: number, };

/**
 * Files to open.
 */
export type Paths = {
/**
 * Data files, folders or one project file (`.toml`).
 */
paths: Array<string>,
/**
 * The CRS of layers that do not say, as `EPSG:n`.
 */
assume_crs: string | null, };

/**
 * A place on the map.
 */
export type PickAt = {
/**
 * Longitude and latitude.
 */
lonlat: [number, number],
/**
 * How far around to look for tiny conflicts, in metres.
 */
tolerance_m: number,
/**
 * Whether overlaps of compatible classes are wanted too.
 */
compatible: boolean, };

/**
 * What is at a place.
 */
export type Picked = {
/**
 * The conflict there, the smallest first if several are near.
 */
conflict: string | null,
/**
 * The blueprint's class there; empty if open or nothing.
 */
class: string,
/**
 * The features there.
 */
parties: Array<Party>, };

/**
 * The same place in the project's plane.
 */
export type Place = {
/**
 * East and north.
 */
plane: [number, number], };

/**
 * A place in degrees.
 */
export type PlaceAt = {
/**
 * Longitude and latitude.
 */
lonlat: [number, number], };

/**
 * An error as people see it.
 */
export type Problem = {
/**
 * `base`, `cancelled`, `internal`, `no-crs`, `problem`: others exist only if the window acts on them.
 */
code: string,
/**
 * What happened, to which thing; Chinese and English.
 */
message: [string, string],
/**
 * What to do; Chinese and English.
 */
hint: [string, string], };

/**
 * How far long work is; sent as an event, at most 20 a second.
 */
export type Progress = {
/**
 * `read`, `normalise`, `edges`, `noding`, `faces`, `labels`, `detect`, `ellipsoid`, `districts`, `decide`,
 * `compose`, `slivers`, `check`; `write`, `prove`; `report`, `paper`; `done` and `failed` end it.
 */
stage: string,
/**
 * 0 to 1 within the whole work.
 */
fraction: number,
/**
 * The layer or file at hand.
 */
about: string,
/**
 * Why it failed.
 */
problem: Problem | null, };

/**
 * How a layer is to be read from now on; what is empty is left to the file.
 */
export type ReadLayer = {
/**
 * The layer.
 */
name: string,
/**
 * The encoding of its text.
 */
encoding: string,
/**
 * The CRS of its coordinates.
 */
crs: string,
/**
 * The field that holds each feature's own class.
 */
class_field: string,
/**
 * The system of its codes: `survey`, `planning` or empty.
 */
codes: string,
/**
 * The parameters as in [`LayerReading`]: none, three, seven, or four. What the project file says beside
 * the numbers (`convention`, `to`) stays; where it says nothing, four lead into the project's plane.
 */
shift: Array<number>, };

/**
 * A new version of a layer.
 */
export type ReplaceLayer = {
/**
 * The layer.
 */
name: string,
/**
 * The new file, in QGIS's spelling.
 */
path: string, };

/**
 * A report that was written.
 */
export type ReportWritten = {
/**
 * The file.
 */
path: string,
/**
 * Whether the blueprint in memory was proven to be a partition.
 */
proven: boolean, };

/**
 * What the last run found.
 */
export type ResultView = {
/**
 * Conflicts that the rules do not simply let stand (compatible pairs left out, gaps too).
 */
conflicts: Tally,
/**
 * Of these, open.
 */
open: Tally,
/**
 * Of these, decided by rule.
 */
by_rule: Tally,
/**
 * Of these, decided by hand.
 */
by_hand: Tally,
/**
 * Overlaps of compatible classes.
 */
compatible: Tally,
/**
 * Enclosed places that nothing covers.
 */
gaps: Tally,
/**
 * Blueprint: patches and their area.
 */
blueprint: Tally,
/**
 * Blueprint area by class; an empty class is what is still open.
 */
by_class: Array<ClassTally>,
/**
 * Conflicts by pair (or more) of classes.
 */
by_pair: Array<PairTally>,
/**
 * Whether the proof holds.
 */
proof_holds: boolean,
/**
 * How many decisions have lost their conflict.
 */
orphaned: number,
/**
 * Slivers that were merged into their neighbours and gaps that were filled.
 */
slivers: Tally, };

/**
 * Rows of the list, wherever they are on it: many conflicts without their ids.
 */
export type Rows = {
/**
 * Which conflicts the list has.
 */
filter: Filter,
/**
 * Its order, as in [`ListConflicts`].
 */
sort: string,
/**
 * As in [`ListConflicts`].
 */
near: [number, number] | null,
/**
 * First and last row of each stretch, counted from 0; without any the whole list.
 */
ranges: Array<[number, number]>, };

/**
 * Rules as the window edits them. What counts as a sliver is not among them: it belongs to the cut.
 */
export type RuleBook = {
/**
 * Their name, Chinese and English.
 */
name: [string, string],
/**
 * The classes that they define; their order breaks ties between compatible classes.
 */
classes: Array<RuleClass>,
/**
 * The matrix: unlisted pairs of different classes are conflicts.
 */
pairs: Array<RulePair>,
/**
 * The rules, first to last.
 */
rules: Array<RuleLine>, };

/**
 * A class as the rules define it.
 */
export type RuleClass = {
/**
 * Its id.
 */
id: string,
/**
 * Its name, Chinese and English.
 */
name: [string, string],
/**
 * `#rrggbb`.
 */
color: string,
/**
 * Whether it is a control line.
 */
control: boolean,
/**
 * The wider class that it lies within; empty for none.
 */
within: string, };

/**
 * What a rule does.
 */
export type RuleEffect = {
/**
 * Its id.
 */
id: string,
/**
 * The conflicts that it decides or leaves to a planner, before and after.
 */
decides: [Tally, Tally],
/**
 * The conflicts that meet its conditions too and never come to it, by the rule that was before it.
 */
shadowed: Array<RuleShadow>, };

/**
 * One rule.
 */
export type RuleLine = {
/**
 * Its id, as `R1`; unique.
 */
id: string,
/**
 * Whether it applies at all.
 */
enabled: boolean,
/**
 * The two classes it is about; `None` for any.
 */
classes: [string, string] | null,
/**
 * Codes of the districts where it applies, that of a city covering its counties; empty for everywhere.
 */
districts: Array<string>,
/**
 * Codes of districts among them where it does not.
 */
except_districts: Array<string>,
/**
 * What is done.
 */
then: RuleThen,
/**
 * Why, Chinese and English.
 */
because: [string, string],
/**
 * The legal basis, Chinese and English.
 */
basis: [string, string],
/**
 * Whether it is confirmed by a source.
 */
confirmed: boolean,
/**
 * Its other conditions in words, Chinese and English; empty for none. Not read back.
 */
conditions: [string, string],
/**
 * The same as they are kept; handed back unchanged, empty for a rule that has none.
 */
further: string, };

/**
 * What the matrix says of two classes.
 */
export type RulePair = {
/**
 * The two classes.
 */
classes: [string, string],
/**
 * Whether they may lie over each other.
 */
compatible: boolean,
/**
 * Why, Chinese and English.
 */
because: [string, string],
/**
 * The legal basis, Chinese and English.
 */
basis: [string, string],
/**
 * Whether it is confirmed by a source.
 */
confirmed: boolean, };

/**
 * Something to be said of an entry of the rules.
 */
export type RuleRemark = {
/**
 * `class`, `pair`, `rule`, or `file` for all of it.
 */
entry: string,
/**
 * Which one, counted from 0.
 */
at: number,
/**
 * Whether rules with this mistake cannot be taken.
 */
fatal: boolean,
/**
 * What, Chinese and English.
 */
said: [string, string], };

/**
 * Conflicts that an earlier rule takes from a later one.
 */
export type RuleShadow = {
/**
 * The earlier rule.
 */
by: string,
/**
 * The conflicts.
 */
tally: Tally, };

/**
 * The rules in force, or those of a file.
 */
export type RuleState = {
/**
 * Where they come from: `record`, `file`, `starter`.
 */
from: string,
/**
 * The file, if they come from one.
 */
path: string,
/**
 * The rules.
 */
book: RuleBook,
/**
 * What is to be said of them.
 */
remarks: Array<RuleRemark>,
/**
 * The districts that rules may name: provinces, cities and counties, by code. None before a run.
 */
districts: Array<DistrictName>, };

/**
 * What a rule does.
 */
export type RuleThen = { "kind": "give-to",
/**
 * Its id.
 */
class: string, } | { "kind": "priority",
/**
 * Their ids, the strongest first.
 */
classes: Array<string>, } | { "kind": "longest-border" } | { "kind": "largest-area" } | { "kind": "smallest-area" } | { "kind": "latest",
/**
 * The field of the date.
 */
field: string, } | { "kind": "ranked",
/**
 * The field, or `@layer`.
 */
field: string,
/**
 * The values, the strongest first.
 */
values: Array<string>, } | { "kind": "follow",
/**
 * The class.
 */
class: string, } | { "kind": "keep-all" } | { "kind": "ask" };

/**
 * What other rules would do.
 */
export type RulesSupposed = {
/**
 * What is to be said of them.
 */
remarks: Array<RuleRemark>,
/**
 * Whether there is a result to try them on, and they could be tried.
 */
tried: boolean,
/**
 * Conflicts before and after: those of compatible classes left out.
 */
conflicts: [Tally, Tally],
/**
 * Of these, open before and after.
 */
open: [Tally, Tally],
/**
 * Every class with its area in the blueprint before and after, by how much it changes most first.
 */
classes: Array<ClassChange>,
/**
 * Every pair (or more) of classes with its conflicts before and after.
 */
pairs: Array<PairChange>,
/**
 * What each rule does, in their order.
 */
rules: Array<RuleEffect>, };

/**
 * Where to copy the record to.
 */
export type SaveAs = {
/**
 * The file, `NAME.lantu`.
 */
path: string, };

/**
 * The shoreline of a region, in metres of the plane.
 */
export type ShoreFigure = {
/**
 * The region's code; empty for the whole.
 */
code: string,
/**
 * Its name.
 */
name: string,
/**
 * All of it.
 */
length_m: number,
/**
 * What lies at built classes.
 */
built_m: number,
/**
 * The share that does not, in per cent.
 */
kept: number,
/**
 * How that stands to the plan.
 */
light: string, };

/**
 * What has changed of the blueprint since an operation.
 */
export type Since = {
/**
 * The operation's number; 0 is the beginning.
 */
number: number,
/**
 * Conflicts that were decided otherwise then.
 */
changed: Tally,
/**
 * Classes whose area in the blueprint was another, then (before) and now (after).
 */
classes: Array<ClassChange>, };

/**
 * The threshold of a class.
 */
export type SliverClass = {
/**
 * The class.
 */
class: string,
/**
 * As in [`SliverSettings`].
 */
area_m2: number,
/**
 * As in [`SliverSettings`]; that one if absent.
 */
width_m: number | null, };

/**
 * A line that no sliver crosses.
 */
export type SliverLimit = {
/**
 * Its name, Chinese and English.
 */
name: [string, string],
/**
 * The layer whose edge it is; empty for none.
 */
layer: string,
/**
 * The class whose features' edge it is; empty for none.
 */
edge_of: string,
/**
 * The classes that stay among themselves.
 */
between: Array<string>, };

/**
 * Rows of what was merged.
 */
export type SliverPage = {
/**
 * All of it.
 */
total: Tally,
/**
 * The rows asked for.
 */
rows: Array<SliverRow>, };

/**
 * A sliver that was merged, or would be.
 */
export type SliverRow = {
/**
 * The class it had; empty for a gap and for what was open.
 */
from: string,
/**
 * The feature it came from, as `layer:fid`; empty for none.
 */
from_source: string,
/**
 * Whether it was a gap.
 */
gap: boolean,
/**
 * The class it has now.
 */
to: string,
/**
 * The feature whose patch it went to; empty for none.
 */
to_source: string,
/**
 * Its area.
 */
area_m2: number,
/**
 * Its mean width.
 */
width_m: number,
/**
 * The pass in which it moved.
 */
pass: number,
/**
 * Its conflict's id; empty if it was in none.
 */
conflict: string,
/**
 * A corner of the box around one of its faces, in degrees.
 */
lonlat: [number, number], };

/**
 * How slivers are merged into their neighbours; areas in m², widths in m.
 */
export type SliverSettings = {
/**
 * A patch smaller than this is a sliver, where neither its class nor the scale says otherwise.
 */
area_m2: number,
/**
 * A patch that is on average narrower than this is one too.
 */
width_m: number,
/**
 * The denominator of the map's scale, which then says the area.
 */
scale: number | null,
/**
 * The smallest patch per unit of `scale`.
 */
per_scale_m2: number,
/**
 * How often slivers are looked for that a neighbour can take.
 */
passes: number,
/**
 * Whether patches that nobody has decided are merged too.
 */
open: boolean,
/**
 * Gaps smaller than this are filled.
 */
gap_area_m2: number,
/**
 * Gaps narrower than this are filled.
 */
gap_width_m: number,
/**
 * Thresholds of classes.
 */
classes: Array<SliverClass>,
/**
 * What no sliver crosses.
 */
limits: Array<SliverLimit>,
/**
 * Classes whose patches are never merged into others.
 */
except: Array<string>, };

/**
 * Whether slivers are merged, and how.
 */
export type SliverState = {
/**
 * Whether they are.
 */
active: boolean,
/**
 * Where the settings come from: `record`, `plan` or `seeds`.
 */
from: string,
/**
 * The settings in force, or to begin with.
 */
settings: SliverSettings,
/**
 * Whether they are confirmed by a source or by the office.
 */
confirmed: boolean,
/**
 * The source of those to begin with, Chinese and English.
 */
source: [string, string], };

/**
 * What merging slivers would do.
 */
export type SliversSupposed = {
/**
 * Patches that would go to a neighbour.
 */
moved: Tally,
/**
 * Gaps that would be filled.
 */
filled: Tally,
/**
 * Slivers that no neighbour can take.
 */
left: Tally,
/**
 * How many gaps would stay, a finding each.
 */
unfilled: number,
/**
 * Area moved per class, the largest first.
 */
by_class: Array<ClassMove>,
/**
 * The first of them.
 */
sample: Array<SliverRow>, };

/**
 * Where to split a conflict.
 */
export type SplitConflict = {
/**
 * The conflict.
 */
id: string,
/**
 * The line that was drawn across it, in longitude and latitude; empty if a file is given.
 */
line: Array<[number, number]>,
/**
 * The file whose borders cut it, if no line is given.
 */
path: string, };

/**
 * A split of a conflict into parts that are decided apart.
 */
export type SplitView = {
/**
 * Its number in the project.
 */
number: number,
/**
 * The file whose borders were taken; empty for a line that was drawn.
 */
along: string,
/**
 * Who split it.
 */
who: string,
/**
 * When, ISO 8601.
 */
when: string, };

/**
 * A choice that is only tried.
 */
export type Suppose = {
/**
 * As in [`Decide`].
 */
conflicts: Array<string>,
/**
 * As in [`Decide`].
 */
rows: Rows | null,
/**
 * What would be chosen.
 */
choice: ChoiceArg, };

/**
 * Rules to try.
 */
export type SupposeRules = {
/**
 * The rules.
 */
book: RuleBook, };

/**
 * What a choice would change.
 */
export type Supposed = {
/**
 * The conflicts that it applies to.
 */
applies: Tally,
/**
 * Those that it does not apply to, which would stay as they are.
 */
skipped: Tally,
/**
 * The classes whose area in the blueprint would change, by how much most first.
 */
changes: Array<ClassChange>,
/**
 * The first few of the conflicts that it applies to.
 */
sample: Array<ConflictRow>, };

/**
 * A count and an area.
 */
export type Tally = {
/**
 * How many.
 */
count: number,
/**
 * How large together.
 */
area_m2: number, };

/**
 * A target and how it stands.
 */
export type TargetFigure = {
/**
 * The class.
 */
class: string,
/**
 * The district's code; empty for the whole.
 */
district: string,
/**
 * What it must reach, in hectares.
 */
at_least_ha: number | null,
/**
 * What it may not exceed.
 */
at_most_ha: number | null,
/**
 * What it has for certain.
 */
has_ha: number,
/**
 * What open conflicts may bring it.
 */
possible_ha: number,
/**
 * How it stands.
 */
light: string, };

/**
 * The whole state of the project as the window shows it; every change returns a new one.
 */
export type View = {
/**
 * Grows with every change; tiles carry it in their address.
 */
revision: number,
/**
 * The project's name, Chinese and English; empty while nothing is open.
 */
title: [string, string],
/**
 * Whether the data are re-labelled demo data, to be said wherever they are shown.
 */
demo: boolean,
/**
 * What must be said wherever the data are shown (licence, re-labelling); Chinese and English.
 */
note: [string, string],
/**
 * The file of the record, in which every decision is kept.
 */
record: string,
/**
 * The project's CRS as `EPSG:n`; empty before the first layer.
 */
crs: string,
/**
 * The grid's step in metres.
 */
grid_m: number,
/**
 * West, south, east, north in degrees, if there is anything to see.
 */
lonlat_bounds: [number, number, number, number] | null,
/**
 * The layers, in the order of their names.
 */
layers: Array<LayerView>,
/**
 * The classes in use, for legend and choices.
 */
classes: Array<ClassView>,
/**
 * The name of the rule set, Chinese and English.
 */
rules: [string, string],
/**
 * What the last run found; `None` before it.
 */
result: ResultView | null,
/**
 * Whether a run is under way.
 */
running: boolean,
/**
 * What undo would take back, for its tooltip.
 */
undo: OperationView | null,
/**
 * What redo would bring back.
 */
redo: OperationView | null,
/**
 * The latest operations, newest first, at most 50.
 */
history: Array<OperationView>,
/**
 * What was changed of the project file's layers in the window and applied again when it was
 * opened.
 */
restored: Array<LayerEdit>,
/**
 * What is to be said of how it was opened: layers that were passed over, a plane that has changed;
 * Chinese and English.
 */
said: Array<[string, string]>,
/**
 * Who had the project open when the program was broken off, and since when; empty if it ended as it
 * should.
 */
recovered: string,
/**
 * Whether the project names districts.
 */
districts: boolean,
/**
 * What is to be said of another window that has the project open.
 */
shared: Problem | null, };

/**
 * A picture of figures or of the map.
 */
export type WritePicture = {
/**
 * The file, `NAME.svg` or `NAME.png`.
 */
path: string,
/**
 * The picture: text of an SVG, a PNG in base64.
 */
content: string, };

/**
 * What report to write.
 */
export type WriteReport = {
/**
 * The file; its ending says the format (`.xlsx`, `.html`, `.pdf`, `.json`).
 */
path: string,
/**
 * `zh` or `en`.
 */
language: string,
/**
 * How many conflicts are listed one by one: open ones first, the largest first.
 */
list: number,
/**
 * How many of them, or of `rows`, are drawn in `.html` and `.pdf`.
 */
figures: number,
/**
 * Conflicts that are told and drawn instead, by their ids.
 */
conflicts: Array<string>,
/**
 * Rows of the list that are told and drawn instead.
 */
rows: Rows | null, };

/**
 * Rules to be written as a file.
 */
export type WriteRules = {
/**
 * The file, `NAME.toml`.
 */
path: string,
/**
 * The rules.
 */
book: RuleBook, };

/** Every command with its request and its response. */
export type Commands = {
  /** The state. */
  view: { request: Nothing; response: View };
  /** The version and the case's figures. */
  about: { request: Nothing; response: About };
  /** Closes what is open and opens the demo project. */
  open_demo: { request: Nothing; response: View };
  /** Opens a project file, or data files as new layers. */
  open: { request: Paths; response: View };
  /** Forgets what the window changed of the project file's layers and opens the file as it stands. */
  drop_edits: { request: Nothing; response: View };
  /** Renames a layer or gives it another class. */
  edit_layer: { request: EditLayer; response: View };
  /** How a layer is read, and why so. */
  layer_reading: { request: ByName; response: LayerReading };
  /** Reads a layer again in another way. */
  read_layer: { request: ReadLayer; response: View };
  /** Takes a layer out of the project; its file stays. */
  remove_layer: { request: ByName; response: View };
  /** Gives a layer a new file; decisions that still fit go on to hold after the next run. */
  replace_layer: { request: ReplaceLayer; response: View };
  /** Decisions in force that fit no conflict any more, with their old places. */
  orphans: { request: Nothing; response: Orphans };
  /** Starts the work; progress comes as events. */
  run: { request: Nothing; response: View };
  /** Stops the work; the last result stays. */
  cancel: { request: Nothing; response: View };
  /** A page of the list of conflicts. */
  conflicts: { request: ListConflicts; response: ConflictPage };
  /** The conflicts of a filter, grouped. */
  groups: { request: ListGroups; response: Groups };
  /** Every district's conflicts and classes. */
  districts: { request: Nothing; response: DistrictFigures };
  /** Ledger, targets, control lines and shoreline, with the numbers that a report has. */
  balances: { request: Nothing; response: BalanceFigures };
  /** Decisions by hand, day by day. */
  course: { request: Nothing; response: Course };
  /** Compares the blueprint with what it was after an operation; the map can show that from then on. */
  since: { request: ByNumber; response: Since };
  /** A page of the record, newest first. */
  history: { request: ListHistory; response: HistoryPage };
  /** All about one conflict. */
  conflict: { request: ById; response: ConflictDetail };
  /** What is at a place of the map. */
  pick: { request: PickAt; response: Picked };
  /** The findings of a layer, with their places. */
  findings: { request: ListFindings; response: FindingPage };
  /** A place of the map in the project's plane. */
  place: { request: PlaceAt; response: Place };
  /** How long and how large a line is that was drawn. */
  measure: { request: DrawnLine; response: Measured };
  /** What a choice would change; nothing is changed. */
  suppose: { request: Suppose; response: Supposed };
  /** Decides conflicts, all in one operation. */
  decide: { request: Decide; response: View };
  /** Whether slivers are merged, and how. */
  sliver_state: { request: Nothing; response: SliverState };
  /** What merging slivers by some settings would do; nothing is changed. */
  suppose_slivers: { request: SliverSettings; response: SliversSupposed };
  /** Merges slivers by these settings, or no longer; one step for undo. */
  merge_slivers: { request: MergeSlivers; response: View };
  /** The slivers that were merged, with from and to. */
  slivers: { request: ListSlivers; response: SliverPage };
  /** The rules in force, as they are edited. */
  rule_state: { request: Nothing; response: RuleState };
  /** Reads a rule file to look at it and edit it; nothing is changed. */
  read_rules: { request: FileAt; response: RuleState };
  /** What other rules would do; nothing is changed. */
  suppose_rules: { request: SupposeRules; response: RulesSupposed };
  /** Decides by other rules from now on; nothing is cut again. One step for undo. */
  change_rules: { request: ChangeRules; response: View };
  /** Writes rules as a file. */
  write_rules: { request: WriteRules; response: FileAt };
  /** Shows a base map, or none. One on a server is asked for from then on. */
  choose_base: { request: ChooseBase; response: BaseView };
  /** How it goes with the base map. */
  base_state: { request: Nothing; response: BaseState };
  /** Writes a picture of figures or of the map. */
  write_picture: { request: WritePicture; response: FileAt };
  /** Takes back the latest decision. */
  undo: { request: Nothing; response: View };
  /** Brings back what was taken back last. */
  redo: { request: Nothing; response: View };
  /** Takes back or brings back decisions until the one of this number is the latest in force. */
  return_to: { request: ByNumber; response: View };
  /** Locks decided conflicts against further decisions, or unlocks them. */
  lock: { request: Lock; response: View };
  /** Splits a conflict into parts that are decided apart, and runs again. */
  split: { request: SplitConflict; response: View };
  /** Makes one conflict again of the parts of a split, and runs again. */
  rejoin: { request: ByNumber; response: View };
  /** Writes the blueprint or the conflicts. */
  export: { request: Export; response: Exported };
  /** Writes the report of what is on the screen, split by the plan's districts. */
  write_report: { request: WriteReport; response: ReportWritten };
  /** Puts blueprint and conflicts into the record as layers with colours, for QGIS. */
  keep_layers: { request: Nothing; response: KeptLayers };
  /** Copies the record to another file; the project goes on with its own. */
  save_as: { request: SaveAs; response: View };
};
