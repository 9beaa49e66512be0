// Binds by SASL PLAIN. Arguments and lines as in plain.php.

import java.util.Hashtable;
import javax.naming.AuthenticationException;
import javax.naming.Context;
import javax.naming.ldap.ExtendedRequest;
import javax.naming.ldap.ExtendedResponse;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;

public class Plain {
    record Answer(byte[] getEncodedValue) implements ExtendedResponse {
        public String getID() {
            return null;
        }
    }

    /** RFC 4532. */
    record WhoAmI() implements ExtendedRequest {
        public String getID() {
            return "1.3.6.1.4.1.4203.1.11.3";
        }

        public byte[] getEncodedValue() {
            return null;
        }

        // JNDI gives the value with its tag and length.
        public ExtendedResponse createExtendedResponse(String id, byte[] value, int offset, int length) {
            return new Answer(java.util.Arrays.copyOfRange(value, offset, offset + length));
        }
    }

    public static void main(String[] words) throws Exception {
        for (int at = 0; at < words.length; at += 2) {
            Hashtable<String, Object> e = new Hashtable<>();
            e.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
            e.put(Context.PROVIDER_URL, System.getenv("URI"));
            e.put(Context.SECURITY_AUTHENTICATION, "PLAIN");
            e.put(Context.SECURITY_PRINCIPAL, words[at]);
            e.put(Context.SECURITY_CREDENTIALS, words[at + 1]);
            try {
                LdapContext context = new InitialLdapContext(e, null);
                byte[] value = context.extendedOperation(new WhoAmI()).getEncodedValue();
                System.out.println("0 " + new String(value, "UTF-8"));
                context.close();
            } catch (AuthenticationException error) {
                System.out.println(error.getMessage().split("error code ")[1].split("\\D")[0]);
            }
        }
    }
}
