"""Where the plan works: mostly Ohio, some border counties; and invented names for what stands there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class County:
    fips: str
    city: str
    state: str
    zip_prefix: str
    area_code: str
    territory: str  # members look for another practice inside their territory
    weight: float
    time_zone: str = "America/New_York"


COUNTIES = (
    County("39049", "Columbus", "OH", "432", "614", "central", 13),
    County("39041", "Delaware", "OH", "430", "740", "central", 3),
    County("39023", "Springfield", "OH", "455", "937", "central", 3),
    County("39035", "Cleveland", "OH", "441", "216", "north", 13),
    County("39153", "Akron", "OH", "443", "330", "north", 6),
    County("39151", "Canton", "OH", "447", "330", "north", 4),
    County("39093", "Elyria", "OH", "440", "440", "north", 4),
    County("39099", "Youngstown", "OH", "445", "330", "north", 4),
    County("39061", "Cincinnati", "OH", "452", "513", "southwest", 9),
    County("39113", "Dayton", "OH", "454", "937", "southwest", 7),
    County("39017", "Hamilton", "OH", "450", "513", "southwest", 4),
    County("21117", "Covington", "KY", "410", "859", "southwest", 3),
    County("39095", "Toledo", "OH", "436", "419", "northwest", 6),
    County("39003", "Lima", "OH", "458", "419", "northwest", 2),
    County("39139", "Mansfield", "OH", "449", "419", "northwest", 2),
    County("39043", "Sandusky", "OH", "448", "419", "northwest", 2),
    County("18089", "Gary", "IN", "464", "219", "northwest", 3, "America/Chicago"),
    County("39009", "Athens", "OH", "457", "740", "southeast", 2),
    County("39145", "Portsmouth", "OH", "456", "740", "southeast", 2),
    County("39119", "Zanesville", "OH", "437", "740", "southeast", 2),
    County("54011", "Huntington", "WV", "257", "304", "southeast", 2),
)
TERRITORIES = tuple(dict.fromkeys(c.territory for c in COUNTIES))
TIME_ZONES = tuple(dict.fromkeys(c.time_zone for c in COUNTIES))

PRACTICE_WORDS = (
    "Maple", "Riverbend", "Lakeview", "Buckeye", "Prairie", "Summit", "Stonebridge", "Willow", "Harbor", "Cedar",
    "Orchard", "Meadow", "Northside", "Eastgate", "Westfield", "Southpark", "Canal", "Hilltop", "Glen", "Heritage",
    "Fairmont", "Oakwood", "Millstone", "Clearwater", "Brookside", "Juniper", "Linden", "Sycamore", "Trillium",
    "Lantern", "Cardinal", "Foundry", "Union", "Liberty", "Garden", "Parkside", "Bluff", "Ferry", "Quarry", "Elmwood",
)  # fmt: skip
STREETS = ("Main St", "High St", "Market St", "Broad St", "Mill Rd", "Park Ave", "Church St", "Lake Rd", "Vine St")
# Nobody is called this: the names say at a glance that the people are made up.
FIRST_NAMES = (
    "Testina", "Exemplar", "Mockley", "Placid", "Fictora", "Dummond", "Samplia", "Protas", "Invena", "Figmond",
    "Faba", "Noveline", "Imagina", "Draftan", "Pretensa", "Modella", "Phantina", "Mythos", "Legenda", "Specima",
)  # fmt: skip
LAST_NAMES = (
    "Sampleton", "Mockridge", "Fictiveson", "Testworth", "Dummyfield", "Placeholder", "Inventley", "Notreal",
    "Figmentham", "Examplar", "Prototypo", "Makebelieve", "Syntheson", "Imaginova", "Draftsman-Lorem", "Ipsumsson",
    "Fabelhaft", "Pretendle", "Simulacra", "Madeuppe", "Storybrook", "Fabricato", "Unrealle", "Modelska",
)  # fmt: skip
