"""The attribute types, as data: one a line, `OID name[,other names] kind [flags]`. `schema.py` reads it.

Kinds are in `KINDS`. Flags: `1` single-valued, `<name` a subtype of that type, `!` not for users to change,
`+` operational (directoryOperation), `dsa` or `dist` another operational usage. An OID of `-`: none that we could
verify; it is published as `name-oid`, as other servers do, and clients take it.
From RFC 4512, 4519, 4524, 4530, 2798, 2307 and its successor, 3112, 5020, 3045, the password policy draft, and what
Active Directory, 389, eDirectory and Samba have; OIDs checked against the schemas that ldap3 carries (a test).
"""

from __future__ import annotations

KINDS = """
# kind, syntax (a bare number: below 1.3.6.1.4.1.1466.115.121.1), equality, ordering, substrings rule
dir      15             caseIgnoreMatch - caseIgnoreSubstringsMatch
exact    15             caseExactMatch - caseExactSubstringsMatch
ia5      26             caseIgnoreIA5Match - caseIgnoreIA5SubstringsMatch
ia5exact 26             caseExactIA5Match - -
country  11             caseIgnoreMatch - caseIgnoreSubstringsMatch
print    44             caseIgnoreMatch caseIgnoreOrderingMatch caseIgnoreSubstringsMatch
numeric  36             numericStringMatch numericStringOrderingMatch numericStringSubstringsMatch
phone    50             telephoneNumberMatch - telephoneNumberSubstringsMatch
fax      22             - - -
list     41             caseIgnoreListMatch - caseIgnoreListSubstringsMatch
dn       12             distinguishedNameMatch - -
category 12             distinguishedNameMatch - -
dnuid    34             uniqueMemberMatch - -
int      27             integerMatch integerOrderingMatch -
count    27             integerMatch - -
uri      15             caseExactMatch - -
badge    15             caseIgnoreMatch - -
printed  44             caseIgnoreMatch - caseIgnoreSubstringsMatch
digits   36             numericStringMatch - numericStringSubstringsMatch
bool     7              booleanMatch - -
time     24             generalizedTimeMatch generalizedTimeOrderingMatch -
octet    40             octetStringMatch octetStringOrderingMatch -
sid      40             octetStringMatch - -
bits     6              bitStringMatch - -
oid      38             objectIdentifierMatch - -
uuid     1.3.6.1.1.16.1 uuidMatch uuidOrderingMatch -
cert     40             octetStringMatch - -
jpeg     28             - - -
blob     40             - - -
other    15             - - -
attrs    3              objectIdentifierFirstComponentMatch - -
classes  37             objectIdentifierFirstComponentMatch - -
rules    30             objectIdentifierFirstComponentMatch - -
ruleuse  31             objectIdentifierFirstComponentMatch - -
syntaxes 54             objectIdentifierFirstComponentMatch - -
"""

STANDARD = """
# RFC 4512
2.5.4.0 objectClass oid
2.5.4.1 aliasedObjectName,aliasedEntryName dn 1
2.5.18.1 createTimestamp time 1+!
2.5.18.2 modifyTimestamp time 1+!
2.5.18.3 creatorsName dn 1+!
2.5.18.4 modifiersName dn 1+!
2.5.18.9 hasSubordinates bool 1+!
2.5.18.10 subschemaSubentry dn 1+!
2.5.21.5 attributeTypes attrs +
2.5.21.6 objectClasses classes +
2.5.21.4 matchingRules rules +
2.5.21.8 matchingRuleUse ruleuse +
2.5.21.9 structuralObjectClass oid 1+!
1.3.6.1.4.1.1466.101.120.16 ldapSyntaxes syntaxes +
1.3.6.1.4.1.1466.101.120.6 altServer ia5 dsa
1.3.6.1.4.1.1466.101.120.5 namingContexts dn dsa
1.3.6.1.4.1.1466.101.120.13 supportedControl oid dsa
1.3.6.1.4.1.1466.101.120.7 supportedExtension oid dsa
1.3.6.1.4.1.4203.1.3.5 supportedFeatures oid dsa
1.3.6.1.4.1.1466.101.120.15 supportedLDAPVersion int dsa
1.3.6.1.4.1.1466.101.120.14 supportedSASLMechanisms dir dsa
1.3.6.1.1.4 vendorName dir 1!dsa
1.3.6.1.1.5 vendorVersion dir 1!dsa
1.3.6.1.1.16.4 entryUUID uuid 1+!
1.3.6.1.1.20 entryDN dn 1+!
1.3.6.1.4.1.453.16.2.103 numSubordinates int 1+!
1.3.6.1.4.1.4203.666.1.7 entryCSN octet 1+!
1.3.6.1.4.1.4203.666.1.25 contextCSN octet +!
# RFC 4519
2.5.4.41 name dir
2.5.4.15 businessCategory dir
2.5.4.6 c,countryName country 1<name
2.5.4.3 cn,commonName dir <name
0.9.2342.19200300.100.1.25 dc,domainComponent ia5 1
2.5.4.13 description dir
2.5.4.27 destinationIndicator printed
2.5.4.49 distinguishedName dn
2.5.4.46 dnQualifier print
2.5.4.47 enhancedSearchGuide other
2.5.4.23 facsimileTelephoneNumber,fax fax
2.5.4.44 generationQualifier dir <name
2.5.4.42 givenName,gn dir <name
2.5.4.51 houseIdentifier dir
2.5.4.43 initials dir <name
2.5.4.25 internationalISDNNumber digits
2.5.4.7 l,localityName dir <name
2.5.4.31 member dn <distinguishedName
2.5.4.10 o,organizationName dir <name
2.5.4.11 ou,organizationalUnitName dir <name
2.5.4.32 owner dn <distinguishedName
2.5.4.19 physicalDeliveryOfficeName dir
2.5.4.16 postalAddress list
2.5.4.17 postalCode dir
2.5.4.18 postOfficeBox dir
2.5.4.28 preferredDeliveryMethod other 1
2.5.4.26 registeredAddress list <postalAddress
2.5.4.33 roleOccupant dn <distinguishedName
2.5.4.14 searchGuide other
2.5.4.34 seeAlso dn <distinguishedName
2.5.4.5 serialNumber printed
2.5.4.4 sn,surname dir <name
2.5.4.8 st,stateOrProvinceName dir <name
2.5.4.9 street,streetAddress dir
2.5.4.20 telephoneNumber phone
2.5.4.22 teletexTerminalIdentifier other
2.5.4.21 telexNumber other
2.5.4.12 title dir <name
0.9.2342.19200300.100.1.1 uid,userid dir
2.5.4.50 uniqueMember dnuid
2.5.4.35 userPassword octet
2.5.4.24 x121Address digits
2.5.4.45 x500UniqueIdentifier bits
2.5.4.54 dmdName dir <name
2.5.4.65 pseudonym dir <name
2.5.4.97 organizationIdentifier dir
2.5.4.36 userCertificate cert
2.5.4.37 cACertificate cert
2.5.4.38 authorityRevocationList cert
2.5.4.39 certificateRevocationList cert
2.5.4.40 crossCertificatePair cert
2.5.4.53 deltaRevocationList cert
2.5.4.52 supportedAlgorithms blob
1.2.840.113549.1.9.1 email,emailAddress,pkcs9email,e ia5
# RFC 4524
0.9.2342.19200300.100.1.37 associatedDomain ia5
0.9.2342.19200300.100.1.38 associatedName dn
0.9.2342.19200300.100.1.48 buildingName dir
0.9.2342.19200300.100.1.43 co,friendlyCountryName dir
0.9.2342.19200300.100.1.14 documentAuthor dn
0.9.2342.19200300.100.1.11 documentIdentifier dir
0.9.2342.19200300.100.1.15 documentLocation dir
0.9.2342.19200300.100.1.56 documentPublisher dir
0.9.2342.19200300.100.1.12 documentTitle dir
0.9.2342.19200300.100.1.13 documentVersion dir
0.9.2342.19200300.100.1.5 drink,favouriteDrink dir
0.9.2342.19200300.100.1.20 homePhone,homeTelephoneNumber phone
0.9.2342.19200300.100.1.39 homePostalAddress list
0.9.2342.19200300.100.1.9 host dir
0.9.2342.19200300.100.1.4 info dir
0.9.2342.19200300.100.1.3 mail,rfc822Mailbox ia5
0.9.2342.19200300.100.1.10 manager dn
0.9.2342.19200300.100.1.41 mobile,mobileTelephoneNumber phone
0.9.2342.19200300.100.1.45 organizationalStatus dir
0.9.2342.19200300.100.1.42 pager,pagerTelephoneNumber phone
0.9.2342.19200300.100.1.40 personalTitle dir
0.9.2342.19200300.100.1.6 roomNumber dir
0.9.2342.19200300.100.1.21 secretary dn
0.9.2342.19200300.100.1.44 uniqueIdentifier badge
0.9.2342.19200300.100.1.8 userClass dir
0.9.2342.19200300.100.1.7 photo blob
0.9.2342.19200300.100.1.55 audio blob
# RFC 2798, RFC 2079, RFC 2247, RFC 3112
2.16.840.1.113730.3.1.1 carLicense dir
2.16.840.1.113730.3.1.2 departmentNumber dir
2.16.840.1.113730.3.1.241 displayName dir 1
2.16.840.1.113730.3.1.3 employeeNumber dir 1
2.16.840.1.113730.3.1.4 employeeType dir
0.9.2342.19200300.100.1.60 jpegPhoto jpeg
2.16.840.1.113730.3.1.39 preferredLanguage dir 1
2.16.840.1.113730.3.1.40 userSMIMECertificate cert
2.16.840.1.113730.3.1.216 userPKCS12 blob
1.3.6.1.4.1.250.1.57 labeledURI uri
2.16.840.1.113730.3.1.34 ref uri dist
1.3.6.1.4.1.4203.1.3.4 authPassword exact
1.3.6.1.4.1.4203.1.3.3 supportedAuthPasswordSchemes ia5exact dsa
# RFC 2307 and its successor
1.3.6.1.1.1.1.0 uidNumber int 1
1.3.6.1.1.1.1.1 gidNumber int 1
1.3.6.1.1.1.1.2 gecos ia5 1
1.3.6.1.1.1.1.3 homeDirectory ia5exact 1
1.3.6.1.1.1.1.4 loginShell ia5exact 1
1.3.6.1.1.1.1.5 shadowLastChange count 1
1.3.6.1.1.1.1.6 shadowMin count 1
1.3.6.1.1.1.1.7 shadowMax count 1
1.3.6.1.1.1.1.8 shadowWarning count 1
1.3.6.1.1.1.1.9 shadowInactive count 1
1.3.6.1.1.1.1.10 shadowExpire count 1
1.3.6.1.1.1.1.11 shadowFlag count 1
1.3.6.1.1.1.1.12 memberUid exact
1.3.6.1.1.1.1.13 memberNisNetgroup exact
1.3.6.1.1.1.1.14 nisNetgroupTriple exact
1.3.6.1.1.1.1.15 ipServicePort count 1
1.3.6.1.1.1.1.16 ipServiceProtocol dir
1.3.6.1.1.1.1.17 ipProtocolNumber count 1
1.3.6.1.1.1.1.18 oncRpcNumber count 1
1.3.6.1.1.1.1.19 ipHostNumber dir
1.3.6.1.1.1.1.20 ipNetworkNumber dir 1
1.3.6.1.1.1.1.21 ipNetmaskNumber dir 1
1.3.6.1.1.1.1.22 macAddress dir
1.3.6.1.1.1.1.26 nisMapName dir
1.3.6.1.1.1.1.27 nisMapEntry exact 1
1.3.6.1.4.1.24552.500.1.1.1.13 sshPublicKey octet
"""

POLICY = """
# draft-behera-ldap-password-policy
1.3.6.1.4.1.42.2.27.8.1.1 pwdAttribute oid
1.3.6.1.4.1.42.2.27.8.1.2 pwdMinAge int 1
1.3.6.1.4.1.42.2.27.8.1.3 pwdMaxAge int 1
1.3.6.1.4.1.42.2.27.8.1.4 pwdInHistory int 1
1.3.6.1.4.1.42.2.27.8.1.5 pwdCheckQuality int 1
1.3.6.1.4.1.42.2.27.8.1.6 pwdMinLength int 1
1.3.6.1.4.1.42.2.27.8.1.7 pwdExpireWarning int 1
1.3.6.1.4.1.42.2.27.8.1.8 pwdGraceAuthNLimit int 1
1.3.6.1.4.1.42.2.27.8.1.9 pwdLockout bool 1
1.3.6.1.4.1.42.2.27.8.1.10 pwdLockoutDuration int 1
1.3.6.1.4.1.42.2.27.8.1.11 pwdMaxFailure int 1
1.3.6.1.4.1.42.2.27.8.1.12 pwdFailureCountInterval int 1
1.3.6.1.4.1.42.2.27.8.1.13 pwdMustChange bool 1
1.3.6.1.4.1.42.2.27.8.1.14 pwdAllowUserChange bool 1
1.3.6.1.4.1.42.2.27.8.1.15 pwdSafeModify bool 1
1.3.6.1.4.1.42.2.27.8.1.16 pwdChangedTime time 1+!
1.3.6.1.4.1.42.2.27.8.1.17 pwdAccountLockedTime time 1+
1.3.6.1.4.1.42.2.27.8.1.19 pwdFailureTime time +!
1.3.6.1.4.1.42.2.27.8.1.20 pwdHistory octet +!
1.3.6.1.4.1.42.2.27.8.1.21 pwdGraceUseTime time +!
1.3.6.1.4.1.42.2.27.8.1.22 pwdReset bool 1+
1.3.6.1.4.1.42.2.27.8.1.23 pwdPolicySubentry dn 1+
1.3.6.1.4.1.42.2.27.8.1.27 pwdStartTime time 1+
1.3.6.1.4.1.42.2.27.8.1.28 pwdEndTime time 1+
1.3.6.1.4.1.42.2.27.8.1.29 pwdLastSuccess time 1+!
1.3.6.1.4.1.453.16.2.188 authTimestamp time 1+!
"""

VENDORS = """
# Active Directory
1.2.840.113556.1.4.221 sAMAccountName dir 1
1.2.840.113556.1.4.656 userPrincipalName dir 1
1.2.840.113556.1.4.771 servicePrincipalName dir
1.2.840.113556.1.4.2 objectGUID octet 1!
1.2.840.113556.1.4.146 objectSid sid 1!
1.2.840.113556.1.4.609 sIDHistory sid
1.2.840.113556.1.4.1301 tokenGroups sid !
1.2.840.113556.1.4.8 userAccountControl int 1
1.2.840.113556.1.4.1460 msDS-User-Account-Control-Computed int 1!
1.2.840.113556.1.4.1996 msDS-UserPasswordExpiryTimeComputed int 1!
1.2.840.113556.1.4.96 pwdLastSet int 1
1.2.840.113556.1.4.159 accountExpires int 1
1.2.840.113556.1.4.49 badPasswordTime int 1
1.2.840.113556.1.4.12 badPwdCount int 1
1.2.840.113556.1.4.52 lastLogon int 1
1.2.840.113556.1.4.51 lastLogoff int 1
1.2.840.113556.1.4.1696 lastLogonTimestamp int 1
1.2.840.113556.1.4.662 lockoutTime int 1
1.2.840.113556.1.4.169 logonCount int 1
1.2.840.113556.1.4.302 sAMAccountType int 1
1.2.840.113556.1.4.750 groupType int 1
1.2.840.113556.1.4.98 primaryGroupID int 1
1.2.840.113556.1.4.1412 primaryGroupToken int 1!
1.2.840.113556.1.2.2 whenCreated time 1!
1.2.840.113556.1.2.3 whenChanged time 1!
1.2.840.113556.1.2.19 uSNCreated int 1!
1.2.840.113556.1.2.120 uSNChanged int 1!
1.2.840.113556.1.2.1 instanceType int 1!
1.2.840.113556.1.4.782 objectCategory category 1
1.2.840.113556.1.2.102 memberOf dn
1.2.840.113556.1.4.2236 msDS-memberOfTransitive dn !
1.2.840.113556.1.2.436 directReports dn !
1.2.840.113556.1.4.653 managedBy dn 1
1.2.840.113556.1.4.654 managedObjects dn !
1.2.840.113556.1.2.141 department dir 1
1.2.840.113556.1.2.146 company dir 1
1.2.840.113556.1.4.25 countryCode int 1
1.2.840.113556.1.4.261 division dir 1
1.2.840.113556.1.4.35 employeeID dir 1
1.2.840.113556.1.2.464 wWWHomePage dir 1
1.2.840.113556.1.4.45 homeDrive dir 1
1.2.840.113556.1.4.62 scriptPath dir 1
1.2.840.113556.1.4.139 profilePath dir 1
1.2.840.113556.1.4.86 userWorkstations dir 1
1.2.840.113556.1.2.210 proxyAddresses dir
- mailNickname dir 1
1.2.840.113556.1.2.18 otherTelephone dir
1.2.840.113556.1.4.646 otherFacsimileTelephoneNumber dir
1.2.840.113556.1.4.647 otherMobile dir
1.2.840.113556.1.2.444 msExchAssistantName dir 1
1.2.840.113556.1.4.721 ipPhone dir 1
1.2.840.113556.1.2.169 showInAdvancedViewOnly bool 1
1.2.840.113556.1.4.868 isCriticalSystemObject bool 1
1.2.840.113556.1.2.48 isDeleted bool 1
1.2.840.113556.1.2.281 nTSecurityDescriptor blob 1
1.2.840.113556.1.2.353 displayNamePrintable dir 1
1.2.840.113556.1.4.1459 msDS-Behavior-Version int 1
1.2.840.113556.1.4.1865 msDS-PrincipalName dir 1!
- extensionAttribute1 dir 1
- extensionAttribute2 dir 1
- extensionAttribute3 dir 1
2.16.840.1.113730.3.1.36 thumbnailLogo blob 1
2.16.840.1.113730.3.1.35 thumbnailPhoto blob 1
1.2.840.113556.1.4.90 unicodePwd octet 1
1.2.840.113556.1.4.619 dNSHostName dir 1
# 389 and eDirectory
2.16.840.1.113730.3.1.542 nsUniqueId dir 1+!
2.16.840.1.113730.3.1.610 nsAccountLock dir +
2.16.840.1.113730.3.1.574 nsRole dn +!
2.16.840.1.113730.3.1.575 nsRoleDN dn +
2.16.840.1.113730.3.1.91 passwordExpirationTime time 1+
2.16.840.1.113719.1.1.4.1.501 GUID octet 1!
2.16.840.1.113719.1.1.4.1.25 groupMembership dn
2.16.840.1.113719.1.1.4.1.92 securityEquals dn
2.16.840.1.113719.1.1.4.1.40 loginDisabled bool 1
2.16.840.1.113719.1.1.4.1.41 loginExpirationTime time 1
2.16.840.1.113719.1.1.4.1.37 lockedByIntruder bool 1
# Samba and Kerberos
1.3.6.1.4.1.7165.2.1.20 sambaSID ia5 1
1.3.6.1.4.1.7165.2.1.23 sambaPrimaryGroupSID ia5 1
1.3.6.1.4.1.7165.2.1.19 sambaGroupType int 1
1.3.6.1.4.1.7165.2.1.24 sambaLMPassword ia5 1
1.3.6.1.4.1.7165.2.1.25 sambaNTPassword ia5 1
1.3.6.1.4.1.7165.2.1.26 sambaAcctFlags ia5 1
1.3.6.1.4.1.7165.2.1.27 sambaPwdLastSet int 1
1.3.6.1.4.1.7165.2.1.38 sambaDomainName dir 1
2.16.840.1.113719.1.301.6.8.1 krbPrincipalName ia5exact
"""
