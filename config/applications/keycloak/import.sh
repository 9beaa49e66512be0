#!/bin/sh
# Keycloak 22 to 26: makes the user federation in realm corp, after kcadm.sh config credentials …
# Checked by replaying its requests, not with the product itself.
exec kcadm.sh create components -r corp -f user-federation.json
