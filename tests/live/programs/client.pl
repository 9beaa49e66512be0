# What a Perl program does with Net::LDAP: one JSON object with what came of it. Arguments in the environment.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;
use Net::LDAP;
use Net::LDAP::Control::Paged;
use Net::LDAP::Constant qw(LDAP_CONTROL_PAGED);

my %facts;
my $client = Net::LDAP->new( $ENV{URI}, timeout => 10 ) or die "no connection: $@";
$facts{starttls} = $client->start_tls( verify => 'require', cafile => $ENV{CA} )->code;
$facts{service}  = $client->bind( $ENV{DN}, password => $ENV{PASSWORD} )->code;
my $found = $client->search( base => $ENV{PEOPLE}, filter => "(uid=$ENV{NAME})" );
$facts{found} = $found->count;
my $entry = $found->entry(0);
$facts{dn}    = $entry->dn;
$facts{photo} = encode_base64( $entry->get_value('jpegPhoto'), '' );
$facts{wrong} = $client->bind( $facts{dn}, password => 'wrong' )->code;
$facts{right} = $client->bind( $facts{dn}, password => $ENV{RIGHT} )->code;
$client->bind( $ENV{DN}, password => $ENV{PASSWORD} );
$facts{compare} = $client->compare( $facts{dn}, attr => 'mail', value => uc( $ENV{NAME} ) . '@corp.example' )->code;

my ( $pages, %names, $total ) = (0);
my $page = Net::LDAP::Control::Paged->new( size => 25, critical => 1 );
while ( $pages < 20 ) {
    my $result = $client->search( base => $ENV{PEOPLE}, filter => '(uid=p*)', attrs => ['uid'], control => [$page] );
    $result->code and die $result->error;
    $pages++;
    for ( $result->entries ) { $names{ $_->get_value('uid') } = 1; $total++ }
    my ($answer) = $result->control(LDAP_CONTROL_PAGED) or last;
    my $cookie = $answer->cookie or last;
    $page->cookie($cookie);
}
$facts{pages} = [ $pages, $total, scalar keys %names ];
my $schema = $client->schema;
$facts{schema} = $schema->attribute('mail')->{oid};
print JSON::PP->new->canonical->encode( \%facts ), "\n";
