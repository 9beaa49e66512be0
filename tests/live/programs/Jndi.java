// What Java applications do with JNDI (Jenkins, Crowd, Spring, WebSphere): lines "fact=value". Arguments in the environment.

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.TreeSet;
import javax.naming.AuthenticationException;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.ServiceUnavailableException;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.Control;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.PagedResultsControl;
import javax.naming.ldap.PagedResultsResponseControl;

public class Jndi {
    static final String PEOPLE = System.getenv("PEOPLE");

    static Hashtable<String, Object> environment(String dn, String password) {
        Hashtable<String, Object> e = new Hashtable<>();
        e.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        e.put(Context.PROVIDER_URL, System.getenv("URI"));
        e.put(Context.SECURITY_AUTHENTICATION, "simple");
        e.put(Context.SECURITY_PRINCIPAL, dn);
        e.put(Context.SECURITY_CREDENTIALS, password);
        e.put(Context.REFERRAL, "follow");
        e.put("com.sun.jndi.ldap.connect.pool", "true");
        e.put("com.sun.jndi.ldap.connect.timeout", "10000");
        e.put("com.sun.jndi.ldap.read.timeout", "10000");
        e.put("java.naming.ldap.attributes.binary", "jpegPhoto");
        return e;
    }

    static Hashtable<String, Object> service() {
        return environment(System.getenv("DN"), System.getenv("PASSWORD"));
    }

    static void fact(String name, Object value) {
        System.out.println(name + "=" + value);
    }

    // The exception's class and the code in "[LDAP: error code 49 - …]".
    static String bind(String dn, String password) {
        try {
            new InitialDirContext(environment(dn, password)).close();
            return "ok";
        } catch (NamingException error) {
            String text = String.valueOf(error.getMessage());
            int at = text.indexOf("error code ");
            String code = at < 0 ? text : text.substring(at + 11).split("\\D", 2)[0];
            return error.getClass().getSimpleName() + " " + code;
        }
    }

    static String person(String name) throws NamingException {
        InitialDirContext context = new InitialDirContext(service());
        SearchControls controls = new SearchControls();
        controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
        // Jenkins puts blanks between the parts of a filter.
        Object[] arguments = {name};
        NamingEnumeration<SearchResult> found = context.search(PEOPLE, "(& (objectClass=inetOrgPerson) (uid={0}))", arguments, controls);
        SearchResult result = found.next();
        Attributes attributes = result.getAttributes();
        fact(name + ".cn", attributes.get("cn").get());
        fact(name + ".photo", Base64.getEncoder().encodeToString((byte[]) attributes.get("jpegPhoto").get()));
        fact(name + ".more", found.hasMore());
        String dn = result.getNameInNamespace();
        context.close();
        return dn;
    }

    static void paged() throws Exception {
        LdapContext context = new InitialLdapContext(service(), null);
        SearchControls controls = new SearchControls();
        controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
        controls.setReturningAttributes(new String[] {"uid"});
        List<String> names = new ArrayList<>();
        byte[] cookie = null;
        int pages = 0;
        do {
            context.setRequestControls(new Control[] {new PagedResultsControl(25, cookie, Control.CRITICAL)});
            NamingEnumeration<SearchResult> page = context.search(PEOPLE, "(uid=p*)", controls);
            while (page.hasMore()) {
                names.add(page.next().getAttributes().get("uid").get().toString());
            }
            cookie = null;
            for (Control control : context.getResponseControls()) {
                if (control instanceof PagedResultsResponseControl) {
                    cookie = ((PagedResultsResponseControl) control).getCookie();
                }
            }
            pages++;
        } while (cookie != null && pages < 20);
        fact("pages", pages + " " + names.size() + " " + new HashSet<>(names).size());
        context.close();
    }

    // Jenkins looks for the groups of a person in this way.
    static void groups(String name, String dn) throws NamingException {
        InitialDirContext context = new InitialDirContext(service());
        SearchControls controls = new SearchControls();
        controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
        controls.setReturningAttributes(new String[] {"cn"});
        String filter = "(| (member={0}) (uniqueMember={0}) (memberUid={1}))";
        TreeSet<String> found = new TreeSet<>();
        try {
            NamingEnumeration<SearchResult> results = context.search(System.getenv("GROUPS"), filter, new Object[] {dn, name}, controls);
            while (results.hasMore()) {
                found.add(results.next().getAttributes().get("cn").get().toString());
            }
            fact(name + ".groups", found);
        } catch (ServiceUnavailableException error) {
            fact(name + ".groups", "incomplete");
        }
        context.close();
    }

    // One context that becomes somebody else and then the application again, as Crowd and Spring LDAP do.
    static void rebind(String dn) throws NamingException {
        Hashtable<String, Object> alone = service();
        alone.remove("com.sun.jndi.ldap.connect.pool");
        LdapContext context = new InitialLdapContext(alone, null);
        context.addToEnvironment(Context.SECURITY_PRINCIPAL, dn);
        context.addToEnvironment(Context.SECURITY_CREDENTIALS, "wrong");
        try {
            context.reconnect(null);
            fact("rebind.wrong", "ok");
        } catch (AuthenticationException error) {
            fact("rebind.wrong", "refused");
        }
        context.addToEnvironment(Context.SECURITY_CREDENTIALS, System.getenv("RIGHT"));
        context.reconnect(null);
        fact("rebind.right", context.getAttributes(dn, new String[] {"uid"}).get("uid").get());
        context.close();
    }

    // Twenty contexts, one after the other, from the pool.
    static void pool(String name) throws NamingException {
        SearchControls controls = new SearchControls();
        controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
        int found = 0;
        for (int number = 0; number < 20; number++) {
            InitialDirContext context = new InitialDirContext(service());
            NamingEnumeration<SearchResult> results = context.search(PEOPLE, "(uid=" + name + ")", controls);
            while (results.hasMore()) {
                results.next();
                found++;
            }
            context.close();
        }
        fact("pool", found);
    }

    public static void main(String[] names) throws Exception {
        for (String name : names) {
            String dn = person(name);
            fact(name + ".dn", dn);
            groups(name, dn);
            fact(name + ".wrong", bind(dn, "wrong"));
            fact(name + ".right", bind(dn, System.getenv(name.toUpperCase())));
        }
        fact("empty", bind(System.getenv("DN"), ""));
        rebind(System.getenv("REBIND"));
        pool(names[0]);
        fact("late", bind(System.getenv("LATE"), System.getenv("GUESS")));
        try {
            paged();
        } catch (ServiceUnavailableException error) {
            fact("pages", "incomplete");
        }
    }
}
