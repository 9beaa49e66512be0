"""The object classes, as data: one a line, `OID name kind superiors must may`, lists with commas, `-` for none.

Kinds: `A` abstract, `S` structural, `X` auxiliary. `objectclasses.py` reads it. From RFC 4512, 4519, 4524, 2798, 2307
and its successor, 2079, 2247, 2377, and what Active Directory calls a person and a group. For publishing only: entries
are shown as their stores have them, and nothing is checked against these.
"""

from __future__ import annotations

_PERSON = "userPassword,telephoneNumber,seeAlso,description"
_POSTAL = (
    "destinationIndicator,facsimileTelephoneNumber,internationalISDNNumber,physicalDeliveryOfficeName,postalAddress,"
    "postalCode,postOfficeBox,preferredDeliveryMethod,registeredAddress,street,telephoneNumber,teletexTerminalIdentifier,"
    "telexNumber,x121Address"
)
_PLACE = f"businessCategory,description,l,searchGuide,seeAlso,st,userPassword,{_POSTAL}"
_INET = (
    "audio,businessCategory,carLicense,departmentNumber,displayName,employeeNumber,employeeType,givenName,homePhone,"
    "homePostalAddress,initials,jpegPhoto,labeledURI,mail,manager,mobile,o,pager,photo,roomNumber,secretary,uid,"
    "userCertificate,x500UniqueIdentifier,preferredLanguage,userSMIMECertificate,userPKCS12"
)
_GROUP = "businessCategory,description,o,ou,owner,seeAlso"
_SHADOW = "shadowLastChange,shadowMin,shadowMax,shadowWarning,shadowInactive,shadowExpire,shadowFlag"
_AD_ACCOUNT = (
    "cn,name,displayName,description,sAMAccountName,sAMAccountType,userPrincipalName,servicePrincipalName,objectGUID,"
    "objectSid,sIDHistory,userAccountControl,pwdLastSet,accountExpires,badPasswordTime,badPwdCount,lastLogon,lastLogoff,"
    "lastLogonTimestamp,lockoutTime,logonCount,primaryGroupID,whenCreated,whenChanged,uSNCreated,uSNChanged,instanceType,"
    "objectCategory,memberOf,distinguishedName,unicodePwd,userWorkstations,profilePath,scriptPath,homeDrive,"
    "homeDirectory,uidNumber,gidNumber,loginShell,gecos,"
    "msDS-User-Account-Control-Computed,msDS-UserPasswordExpiryTimeComputed,msDS-PrincipalName"
)
_AD_PERSON = (
    "c,co,countryCode,company,department,division,directReports,employeeID,extensionAttribute1,extensionAttribute2,"
    "extensionAttribute3,info,ipPhone,mailNickname,managedObjects,otherTelephone,otherFacsimileTelephoneNumber,"
    "otherMobile,proxyAddresses,thumbnailPhoto,thumbnailLogo,wWWHomePage,msExchAssistantName,postalCode"
)
_POLICY = (
    "pwdMinAge,pwdMaxAge,pwdInHistory,pwdCheckQuality,pwdMinLength,pwdExpireWarning,pwdGraceAuthNLimit,pwdLockout,"
    "pwdLockoutDuration,pwdMaxFailure,pwdFailureCountInterval,pwdMustChange,pwdAllowUserChange,pwdSafeModify"
)

CLASSES = f"""
2.5.6.0 top A - objectClass -
2.5.6.1 alias S top aliasedObjectName -
1.3.6.1.4.1.1466.101.120.111 extensibleObject X top - -
2.5.20.1 subschema X - - attributeTypes,objectClasses,matchingRules,matchingRuleUse,ldapSyntaxes
2.5.17.0 subentry S top cn -
2.16.840.1.113730.3.2.6 referral S top ref -
2.5.6.11 applicationProcess S top cn seeAlso,ou,l,description
2.5.6.2 country S top c searchGuide,description
1.3.6.1.4.1.1466.344 dcObject X top dc -
2.5.6.14 device S top cn serialNumber,seeAlso,owner,ou,o,l,description
2.5.6.9 groupOfNames S top cn member,{_GROUP}
2.5.6.17 groupOfUniqueNames S top cn uniqueMember,{_GROUP}
2.16.840.1.113730.3.2.33 groupOfURLs S top cn {_GROUP}
2.5.6.3 locality S top - street,seeAlso,searchGuide,st,l,description
2.5.6.4 organization S top o {_PLACE}
2.5.6.5 organizationalUnit S top ou {_PLACE}
2.5.6.6 person S top sn,cn {_PERSON}
2.5.6.7 organizationalPerson S person - title,ou,st,l,{_POSTAL}
2.5.6.8 organizationalRole S top cn ou,st,l,roleOccupant,seeAlso,description,{_POSTAL}
2.5.6.10 residentialPerson S person l businessCategory,st,{_POSTAL}
1.3.6.1.1.3.1 uidObject X top uid -
2.16.840.1.113730.3.2.2 inetOrgPerson S organizationalPerson - {_INET}
0.9.2342.19200300.100.4.5 account S top uid description,seeAlso,l,o,ou,host
0.9.2342.19200300.100.4.6 document S top documentIdentifier cn,description,seeAlso,l,o,ou,documentTitle,documentAuthor
0.9.2342.19200300.100.4.7 room S top cn roomNumber,description,seeAlso,telephoneNumber
0.9.2342.19200300.100.4.13 domain S top dc associatedName,o,{_PLACE}
0.9.2342.19200300.100.4.14 RFC822LocalPart S domain - cn,sn
0.9.2342.19200300.100.4.17 domainRelatedObject X top associatedDomain -
0.9.2342.19200300.100.4.18 friendlyCountry S country co -
0.9.2342.19200300.100.4.19 simpleSecurityObject X top userPassword -
1.3.6.1.4.1.250.3.15 labeledURIObject X top - labeledURI
1.3.6.1.4.1.4203.1.4.7 authPasswordObject X top - authPassword
2.5.6.15 strongAuthenticationUser X top userCertificate -
2.5.6.16 certificationAuthority X top - authorityRevocationList,certificateRevocationList,cACertificate
2.5.6.21 pkiUser X top - userCertificate
2.5.6.22 pkiCA X top - authorityRevocationList,certificateRevocationList,cACertificate,crossCertificatePair
1.3.6.1.1.1.2.0 posixAccount X top cn,uid,uidNumber,gidNumber,homeDirectory userPassword,loginShell,gecos,description
1.3.6.1.1.1.2.1 shadowAccount X top uid userPassword,description,{_SHADOW}
1.3.6.1.1.1.2.2 posixGroup X top gidNumber cn,userPassword,memberUid,description
1.3.6.1.1.1.2.6 ipHost X top cn,ipHostNumber l,description,manager,userPassword
1.3.6.1.1.1.2.8 nisNetgroup S top cn nisNetgroupTriple,memberNisNetgroup,description
1.3.6.1.1.1.2.9 nisMap S top nisMapName description
1.3.6.1.1.1.2.10 nisObject S top cn,nisMapEntry,nisMapName description
1.3.6.1.1.1.2.11 ieee802Device X top - macAddress,cn,description,l,o,ou,owner,seeAlso,serialNumber
1.3.6.1.4.1.5322.13.1.1 namedObject S top - cn
1.3.6.1.4.1.24552.500.1.1.2.0 ldapPublicKey X top - sshPublicKey,uid
1.3.6.1.4.1.42.2.27.8.2.1 pwdPolicy X top pwdAttribute {_POLICY}
1.3.6.1.4.1.7165.2.2.6 sambaSamAccount X top uid,sambaSID cn,sambaLMPassword,sambaNTPassword,sambaAcctFlags,displayName
1.3.6.1.4.1.7165.2.2.4 sambaGroupMapping X top gidNumber,sambaSID,sambaGroupType displayName,description
1.2.840.113556.1.5.9 user S organizationalPerson - {_AD_ACCOUNT},{_AD_PERSON},{_INET}
1.2.840.113556.1.3.30 computer S user - dNSHostName,managedBy
1.2.840.113556.1.5.8 group S top - cn,member,groupType,primaryGroupToken,managedBy,mail,{_AD_ACCOUNT}
1.2.840.113556.1.5.15 contact S organizationalPerson cn mail,distinguishedName,memberOf,{_AD_PERSON}
1.2.840.113556.1.3.23 container S top cn description,distinguishedName,whenCreated,whenChanged,objectGUID,objectCategory
1.2.840.113556.1.5.67 domainDNS S domain - distinguishedName,objectGUID,objectSid,managedBy
"""
