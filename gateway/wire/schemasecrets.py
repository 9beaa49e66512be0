"""Attributes whose values are passwords, hashes or keys, as data: one a line, with its OID if known.

`attributetypes.py` reads it. A type of which no OID stands here is still safe: `filter.rename` lets no number pass
that it does not know.
"""

from __future__ import annotations

SECRETS = """
# any directory
userPassword 2.5.4.35
authPassword 1.3.6.1.4.1.4203.1.3.4
pwdHistory 1.3.6.1.4.1.42.2.27.8.1.20
userPKCS12 2.16.840.1.113730.3.1.216
nisSecretKey 1.3.6.1.1.1.1.29
clearPassword
password
rootpw
olcRootPW 1.3.6.1.4.1.4203.1.12.2.3.2.0.9
olcDbACLPasswd 1.3.6.1.4.1.4203.1.12.2.3.2.3.3
olcDbIDAssertPasswd 1.3.6.1.4.1.4203.1.12.2.3.2.3.6
oathSecret
orclPassword
# Active Directory
unicodePwd 1.2.840.113556.1.4.90
dBCSPwd 1.2.840.113556.1.4.55
ntPwdHistory 1.2.840.113556.1.4.94
lmPwdHistory 1.2.840.113556.1.4.160
supplementalCredentials 1.2.840.113556.1.4.125
msDS-ManagedPassword 1.2.840.113556.1.4.2196
msDS-ManagedPasswordPreviousId 1.2.840.113556.1.4.2198
msDS-ExecuteScriptPassword 1.2.840.113556.1.4.1783
unixUserPassword 1.2.840.113556.1.4.1910
msSFU30Password
msFVE-RecoveryPassword 1.2.840.113556.1.4.1964
linkTrackSecret 1.2.840.113556.1.4.269
trustAuthIncoming 1.2.840.113556.1.4.129
trustAuthOutgoing 1.2.840.113556.1.4.135
initialAuthIncoming 1.2.840.113556.1.4.539
initialAuthOutgoing 1.2.840.113556.1.4.540
currentValue 1.2.840.113556.1.4.27
priorValue 1.2.840.113556.1.4.100
ms-Mcs-AdmPwd
msLAPS-Password
msLAPS-EncryptedPassword
msLAPS-EncryptedPasswordHistory
msLAPS-EncryptedDSRMPassword
msLAPS-EncryptedDSRMPasswordHistory
# 389, FreeIPA
passwordHistory 2.16.840.1.113730.3.1.96
unhashed#user#password
netscapeReversiblePassword 2.16.840.1.113730.3.1.812
nsSymmetricKey 2.16.840.1.113730.3.1.2084
nsBindPassword
nsDS5ReplicaCredentials 2.16.840.1.113730.3.1.582
nsMultiplexorCredentials
ipaNTHash
ipatokenOTPkey
# eDirectory
passwordsUsed 2.16.840.1.113719.1.1.4.1.65
nspmPasswordKey 2.16.840.1.113719.1.39.43.4.1
nspmPassword 2.16.840.1.113719.1.39.43.4.2
nspmDistributionPassword 2.16.840.1.113719.1.39.43.4.3
nspmPasswordHistory 2.16.840.1.113719.1.39.43.4.4
nspmPreviousDistributionPassword 2.16.840.1.113719.1.39.43.4.7
sasSecretStore 2.16.840.1.113719.1.39.4.1.3
sasSecretStoreKey 2.16.840.1.113719.1.39.4.1.4
sasSecretStoreData 2.16.840.1.113719.1.39.4.1.5
sasLoginSecret 2.16.840.1.113719.1.39.42.1.0.3
sasLoginSecretKey 2.16.840.1.113719.1.39.42.1.0.4
radiusPassword 2.16.840.1.113719.1.39.42.1.0.55
ndsAgentPassword 2.16.840.1.113719.1.1.4.1.518
# Samba, Kerberos
sambaLMPassword 1.3.6.1.4.1.7165.2.1.24
sambaNTPassword 1.3.6.1.4.1.7165.2.1.25
sambaPasswordHistory
sambaClearTextPassword
sambaPreviousClearTextPassword
lmPassword
ntPassword
krbPrincipalKey
krbMKey
krbPwdHistory
krbExtraData
krb5Key
"""
