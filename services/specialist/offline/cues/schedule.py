"""What belongs to scheduling: dates, periods, risks and the conduct of the job."""

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue, cue

_MILESTONES = "release_plan.milestones"
_EARLY = "release_plan.do_early"
_RISKS = "release_plan.risks"
_BOXES = "execution_strategy.time_boxes"
_NOTES = "execution_strategy.notes"

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = (
    rf"(?:\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}\.? {_MONTH}\.?,? \d{{4}}\b|\b{_MONTH}\.? \d{{1,2}},? \d{{4}}\b"
    rf"|\b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b)"
)
_MONTHS = (
    "jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october "
    "nov november dec december"
)
_DUE = (
    r"(?:due|deliver\w*|ship\w*|submit\w*|complet\w*|ready|no later than|not later than|by|before|until|on|start\w*"
    r"|milestone|meeting|kick-?off|release\w*|approv\w*|required)"
)
_SPAN = (
    r"(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|_{2,12}"
    r"|\[[* ]{1,9}\])(?: ?\(\d{1,4}\))?(?: |-)?(?:working |business |calendar |consecutive |full )?(?:hours?|days?"
    r"|weeks?"
    r"|months?|years?)\b"
)

SCHEDULE: tuple[Cue, ...] = (
    cue(
        _MILESTONES,
        79,
        _MONTHS + " #date",
        rf"\b{_DUE}\b[^.]{{0,80}}?{DATE}|{DATE}[^.]{{0,30}}\b(?:due|delivery|kick-?off|milestone)",
        unless=(
            r"\b(?:dated|issued|revision|rev\.?|effective date|order date|quotation date|as of|collected|closed"
            r"|incorporated|entered into|approved by|amended)\b|^\s?date:"
        ),
        least=Force.NONE,
    ),
    cue(
        _MILESTONES,
        78,
        "#date " + _MONTHS,
        rf"\|\s?{DATE}\s?(?:\||\Z)",
        unless=r"\b(?:first issue|approved|drawn|checked|rev)\b|\b(?:ea|usd|eur)\b",
        least=Force.PLAIN,
    ),
    cue(
        _MILESTONES, 82, "#date " + _MONTHS, rf"\|\s?\d[\d,]*\s?ea\b[^.]{{0,20}}{DATE}", least=Force.PLAIN, beside=True
    ),
    cue(_MILESTONES, 80, "date", r"\bdate\s?:\s*\Z", beside=True),
    cue(_MILESTONES, 80, "__", r"\bdate\b[^_]{0,30}_{3,}", least=Force.NONE, beside=True),
    cue(
        _EARLY,
        77,
        "early advance first soon",
        r"\b(?:order|ordered|release|book|submit|start|buy)\w*\b[^.]{0,60}\b(?:early|in advance|as soon as"
        r"|in the first week|right away|immediately)\b|\bas early as\b",
        unless=r"\bin advance of\b|\b(?:days|weeks|hours|months) in advance\b",
    ),
    cue(
        _RISKS,
        80,
        "delayed moved arrived damaged pull calibrat rust",
        r"\bdelayed the\b|\bmoved by\b|\barrived after\b|\bdamaged\b[^.]{0,20}\b(?:feet|parts?|frames?)\b"
        r"|\bwill pull\b"
        r"|\bout for calibration\b|\brust spots\b",
    ),
    cue(
        _RISKS,
        72,
        "risk risks delay delayed delays late slip distort damaged pull rust moved arrived calibrat",
        r"\brisks?\b[^.]{0,60}\b(?:delay|schedule|late|cost|supply|deliver)|\b(?:was|were|is|are|will be) (?:late"
        r"|delayed)\b|\bdelayed the\b|\bmoved by\b|\bwill pull\b|\barrived after\b|\bdamaged\b[^.]{0,20}\bfeet\b"
        r"|\brust spots\b|\bout for calibration\b",
        unless=r"\brisk of loss\b|\bpasses\b",
    ),
    cue(
        _BOXES,
        78,
        "days day weeks week hours months notice returns",
        rf"\b(?:working|business|calendar) days?\b|\bnotice period\b|\breturns? (?:comments"
        rf"|the)\b[^.]{{0,60}}\bwithin\b|\ballow {_SPAN}",
        unless=r"\blead[- ]time\b|\bnotice of each witness\b|\bwitness point\b|\binvoice\b|\|\s?witness\b",
        least=Force.NONE,
    ),
    cue(
        _BOXES,
        70,
        "days day weeks week hours months years hour year month minutes [*",
        rf"\b(?:within|not later than|no later than|at least|a minimum of) (?:{_SPAN}|\[[* ]{{1,9}}\])"
        rf"|{_SPAN} (?:before|prior|in advance)\b",
        unless=r"\blead[- ]time\b|\binvoice\b|\bwarrant|\b(?:tested|heated|cured?|bake[ds]?|dried|aged|immers\w+)\b",
    ),
    cue(
        _BOXES,
        62,
        "days day weeks week hours months hour month minutes",
        rf"\b(?:within|not later than|no later than|at least|a minimum of|a maximum of|not exceed(?:ing)?|every"
        rf"|for a period of|not less than|up to|exceeding|after|prior to)\b[^.]{{0,30}}\b{_SPAN}|{_SPAN} (?:after"
        rf"|from|of)\b|\bvalid for {_SPAN}",
        unless=r"\blead[- ]time\b|\binvoice\b|\bwarrant|\byears?\b",
    ),
    cue(
        _NOTES,
        72,
        "committee committees weekly monthly quarterly annually semiannually semi-annually",
        r"\bcommittees?\b|\b(?:weekly|monthly|quarterly|(?:semi-?)?annually)\b[^.]{0,60}\b(?:reports?|reviews?"
        r"|meetings?)\b",
        unless=r"\b(?:iso|astm|asme|technical|standards) committee\b",
    ),
    cue(
        _NOTES,
        60,
        "meeting meetings progress status kick-off kickoff teleconference photographs",
        r"\b(?:kick-?off|progress|status|review|weekly|monthly|joint review|design review"
        r"|next) ?(?:committee )?(?:meetings?|reports?|reviews?)\b|\bmeetings?\b|\bteleconference\b",
    ),
    cue(
        _NOTES,
        60,
        "point poc interface jointly cooperate liaison",
        r"\bpoints? of contact\b|\bpoc\b[^.]{0,40}\bshall\b|\bjointly\b|\bcooperate\b|\bliaison\b",
    ),
    cue(
        _NOTES,
        56,
        "capacity shift shifts staffing hours phase phases coordinate schedule scheduled personnel training trained "
        "install installation",
        r"\bcapacity\b|\bshifts?\b(?= (?:work|per))|\b(?:work|working|business) hours\b|\bin phases\b"
        r"|\bcoordinat(?:e|ed|ion)\b|\b(?:production|delivery|project|revised) schedule\b|\bpersonnel\b|\btrain(?:ed"
        r"|ing)\b|\binstallation\b|\bresponsib(?:le|ility)\b",
    ),
    cue(
        _NOTES,
        42,
        "contractor government badge badges program programs project plan plans developed implemented organization "
        "design",
        r"\bcontractors? (?:shall|will|must|is|are)\b|\bgovernment\b[^.]{0,40}\b(?:shall|will)\b|\bbadges?\b"
        r"|\b(?:programs?|projects?|program/project|developers?|organi[sz]ations?)\b[^.]{0,80}\b(?:shall|must)\b"
        r"|\b(?:plan|procedure|process)s? shall\b",
    ),
)
