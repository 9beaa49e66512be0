// Logins by the recipe for Tomcat: its own realm with the attributes of server.xml. Arguments and lines as in login.php, with
// the name for the mail address, which a realm does not know.

import java.io.File;
import java.security.Principal;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.catalina.core.StandardEngine;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.realm.JNDIRealm;
import org.apache.tomcat.util.IntrospectionUtils;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;

public class LoginTomcat {
    public static void main(String[] words) throws Exception {
        Document file = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new File(words[0]));
        Element recipe = (Element) file.getElementsByTagName("Realm").item(0);
        JNDIRealm realm = (JNDIRealm) Class.forName(recipe.getAttribute("className")).getDeclaredConstructor().newInstance();
        NamedNodeMap attributes = recipe.getAttributes();
        for (int number = 0; number < attributes.getLength(); number++) {
            String name = attributes.item(number).getNodeName();
            if (!name.equals("className") && !IntrospectionUtils.setProperty(realm, name, attributes.item(number).getNodeValue())) {
                throw new IllegalArgumentException(name);
            }
        }
        StandardEngine engine = new StandardEngine();
        engine.setName("test");
        engine.setRealm(realm);
        realm.start();
        for (int at = 1; at < words.length; at += 2) {
            Principal principal = realm.authenticate(words[at], words[at + 1]);
            String[] roles = principal == null ? new String[0] : ((GenericPrincipal) principal).getRoles();
            Arrays.sort(roles);
            System.out.println((principal == null ? "refused" : principal.getName()) + "\t" + String.join(",", roles));
        }
        realm.stop();
    }
}
