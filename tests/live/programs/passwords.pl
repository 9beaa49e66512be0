# Passwords changed by Net::LDAP. Arguments and lines as in passwords.php.
use strict;
use warnings;
use Net::LDAP;
use Net::LDAP::Extension::SetPassword;

sub connected {
    my $client = Net::LDAP->new( $ENV{URI}, timeout => 10 ) or die "no connection: $@";
    $client->start_tls( verify => 'require', cafile => $ENV{CA} )->code and die 'no TLS';
    return $client;
}

sub bind_code { return connected()->bind( $_[0], password => $_[1] )->code }

while ( my ( $way, $dn, $old, $new ) = splice @ARGV, 0, 4 ) {
    my $client = connected();
    $client->bind( $dn, password => $old );
    my %ways = (
        exop => sub { $client->set_password( user => $dn, oldpasswd => $old, newpasswd => $new ) },
        'exop-generated' => sub { $client->set_password( oldpasswd => $old ) },
        replace      => sub { $client->modify( $dn, replace => { userPassword => $new } ) },
        'delete-add' => sub {
            $client->modify( $dn, changes => [ delete => [ userPassword => $old ], add => [ userPassword => $new ] ] );
        },
        'wrong-old' => sub { $client->set_password( user => $dn, oldpasswd => 'wrong', newpasswd => $new ) },
    );
    my $result   = $ways{$way}->();
    my $password = $way eq 'exop-generated' ? $result->gen_password : $new;
    print join( "\t", $way, $result->code, bind_code( $dn, $password ), bind_code( $dn, $old ), $password ), "\n";
}
