"""What is meant to differ between Active Directory's persona and a domain controller, and why.

`docs/active-directory.rst` has the same list (a test); `test_side_by_side_samba.py` leaves out nothing else.
"""

from __future__ import annotations

DIFFERENCES = {
    "uSNChanged": "a counter of each domain controller, kept as it was at the move",
    "whenChanged": "every log-in at the domain controller writes to the account; kept as it was at the move",
    "modifyTimeStamp": "the same moment as whenChanged",
    "lastLogon": "the domain controller no longer sees log-ins of people who have moved",
    "lastLogonTimestamp": "the domain controller no longer sees log-ins of people who have moved",
    "logonCount": "the domain controller no longer sees log-ins of people who have moved",
    "badPwdCount": "wrong passwords are counted by the gateway",
    "badPasswordTime": "wrong passwords are counted by the gateway",
    "msDS-User-Account-Control-Computed": "before the move, only the domain controller knows how long a password may be"
    " used: the bit that it has expired is shown after it. Samba shows the attribute of groups, too",
    "references": "other partitions of the forest are not behind the gateway: nothing is referred to",
    "data 532": "told as 773: whoever must change an expired password must change the password",
    "empty password": "53 unwillingToPerform, in every persona (R5)",
    "not a DN": "34 invalidDNSyntax in the place of 49 for a name that has = in it and is no DN",
    "GUID in braces": "Active Directory takes it, and Samba does not",
    "bare name": "a login name alone is taken, as from every application (R1)",
    "mail": "a mail address is a name, as from every application (R1)",
    "domain and UPN": "CORP\\anna@ad.example is taken: the domain is left off, the rest is a name (R1)",
    "lockout": "775 is also said of a name that the gateway has locked by itself, whether anybody has it or not (R25)",
}
"""By attribute, or by what it is about."""
