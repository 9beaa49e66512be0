// Passwords changed by JNDI, through its connection pool. Arguments and lines as in passwords.php.

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.BasicAttribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;
import javax.naming.directory.ModificationItem;
import javax.naming.ldap.ExtendedRequest;
import javax.naming.ldap.ExtendedResponse;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;

public class Passwords {
    static Hashtable<String, Object> environment(String dn, String password, boolean pooled) {
        Hashtable<String, Object> e = new Hashtable<>();
        e.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        e.put(Context.PROVIDER_URL, System.getenv("URI"));
        e.put(Context.SECURITY_AUTHENTICATION, "simple");
        e.put(Context.SECURITY_PRINCIPAL, dn);
        e.put(Context.SECURITY_CREDENTIALS, password);
        e.put("com.sun.jndi.ldap.connect.pool", Boolean.toString(pooled));
        e.put("com.sun.jndi.ldap.connect.timeout", "10000");
        e.put("com.sun.jndi.ldap.read.timeout", "10000");
        return e;
    }

    /** An answer to Password Modify: the password that the server made up, or null. */
    record Answer(String password) implements ExtendedResponse {
        public String getID() {
            return null;
        }

        public byte[] getEncodedValue() {
            return null;
        }
    }

    /** RFC 3062 2: userIdentity [0], oldPasswd [1], newPasswd [2], each of which may be missing. */
    record PasswordModify(String... parts) implements ExtendedRequest {
        public String getID() {
            return "1.3.6.1.4.1.4203.1.11.1";
        }

        public byte[] getEncodedValue() {
            ByteArrayOutputStream inside = new ByteArrayOutputStream();
            for (int number = 0; number < parts.length; number++) {
                if (parts[number] != null) {
                    write(inside, 0x80 + number, parts[number].getBytes(StandardCharsets.UTF_8));
                }
            }
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            write(value, 0x30, inside.toByteArray());
            return value.toByteArray();
        }

        // Values are short here: one octet of length, or two.
        private static void write(ByteArrayOutputStream out, int tag, byte[] value) {
            out.write(tag);
            if (value.length > 127) {
                out.write(0x81);
            }
            out.write(value.length);
            out.writeBytes(value);
        }

        public ExtendedResponse createExtendedResponse(String id, byte[] value, int offset, int length) {
            // SEQUENCE { genPasswd [0] }, both short.
            return new Answer(value == null ? null : new String(value, offset + 4, length - 4, StandardCharsets.UTF_8));
        }
    }

    static int code(NamingException error) {
        String text = String.valueOf(error.getMessage());
        return Integer.parseInt(text.substring(text.indexOf("error code ") + 11).split("\\D", 2)[0]);
    }

    // Twice through the pool, which has a connection for each DN and password: the second context is the first one's.
    static int bind(String dn, String password) {
        try {
            for (int time = 0; time < 2; time++) {
                InitialDirContext context = new InitialDirContext(environment(dn, password, true));
                context.getAttributes(dn, new String[] {"uid"});
                context.close();
            }
            return 0;
        } catch (NamingException error) {
            return code(error);
        }
    }

    static ModificationItem item(int operation, String password) {
        return new ModificationItem(operation, new BasicAttribute("userPassword", password));
    }

    static String change(String way, LdapContext context, String dn, String old, String fresh) throws NamingException {
        switch (way) {
            case "replace":
                context.modifyAttributes(dn, new ModificationItem[] {item(DirContext.REPLACE_ATTRIBUTE, fresh)});
                return fresh;
            case "bytes": // as Spring LDAP sends it
                byte[] octets = fresh.getBytes(StandardCharsets.UTF_8);
                BasicAttribute attribute = new BasicAttribute("userPassword", octets);
                context.modifyAttributes(dn, new ModificationItem[] {new ModificationItem(DirContext.REPLACE_ATTRIBUTE, attribute)});
                return fresh;
            case "delete-add":
                context.modifyAttributes(dn, new ModificationItem[] {
                    item(DirContext.REMOVE_ATTRIBUTE, old), item(DirContext.ADD_ATTRIBUTE, fresh)});
                return fresh;
            case "exop":
                context.extendedOperation(new PasswordModify(dn, old, fresh));
                return fresh;
            case "exop-own":
                context.extendedOperation(new PasswordModify(null, null, fresh));
                return fresh;
            case "exop-generated":
                return ((Answer) context.extendedOperation(new PasswordModify(dn, old))).password();
            case "wrong-old":
                context.extendedOperation(new PasswordModify(dn, "wrong", fresh));
                return fresh;
            default:
                throw new IllegalArgumentException(way);
        }
    }

    public static void main(String[] words) throws Exception {
        for (int at = 0; at < words.length; at += 4) {
            String way = words[at], dn = words[at + 1], old = words[at + 2], fresh = words[at + 3], password = fresh;
            int done = 0;
            LdapContext context = new InitialLdapContext(environment(dn, old, false), null);
            try {
                password = change(way, context, dn, old, fresh);
            } catch (NamingException error) {
                done = code(error);
            }
            context.close();
            System.out.println(String.join("\t", way, "" + done, "" + bind(dn, password), "" + bind(dn, old), password));
        }
    }
}
