/* The load generator of the benchmark: one thread, epoll, a number of LDAP connections, each with one question at a
 * time and the next one as soon as it is answered. Every answer is read, and its result code counted.
 *
 *     load run PORT WORK [name=value ...]   one JSON object on standard output; the works are in the table below
 *     load null [name=value ...]            answers every bind and search at once: what the generator itself can do
 *     load messages PERSON                  the messages in hexadecimal, for the test that reads them
 *
 * The people are those of people.py: person N is uid=userNNNNNNN with the password "password-" and N modulo 64.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BASE "dc=corp,dc=example"
#define SERVICE "cn=service," BASE
#define SERVICE_PASSWORD "service-password"
#define PASSWORDS 64

enum { SEQUENCE = 0x30, INTEGER = 0x02, OCTETS = 0x04, ENUMERATED = 0x0a, BOOLEAN = 0x01, CONTROLS = 0xa0 };
enum { BIND = 0x60, BOUND = 0x61, UNBIND = 0x42, SEARCH = 0x63, ENTRY = 0x64, DONE = 0x65 };

static void fail(const char *what) {
    fprintf(stderr, "load: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

/* ---- Messages, written from their end to their beginning: then every length is known when it is needed. */

struct message { unsigned char bytes[2048]; size_t at; };

static void put(struct message *m, const void *bytes, size_t count) {
    if (count > m->at) fail("a message is too long");
    m->at -= count;
    memcpy(m->bytes + m->at, bytes, count);
}

/* Tag and length in front of all that was put since the message began at `end`. */
static void wrap(struct message *m, int tag, size_t end) {
    size_t length = end - m->at;
    unsigned char head[4] = {tag, length};
    int size = 2;
    if (length > 0xff) head[1] = 0x82, head[2] = length >> 8, head[3] = length, size = 4;
    else if (length > 0x7f) head[1] = 0x81, head[2] = length, size = 3;
    put(m, head, size);
}

static void octets(struct message *m, int tag, const void *bytes, size_t count) {
    size_t end = m->at;
    put(m, bytes, count);
    wrap(m, tag, end);
}

static void text(struct message *m, int tag, const char *words) { octets(m, tag, words, strlen(words)); }

static void integer(struct message *m, int tag, int value) {
    unsigned char bytes[5] = {0, value >> 24, value >> 16, value >> 8, value};
    int first = 1;
    while (first < 4 && !bytes[first] && bytes[first + 1] < 0x80) first++;
    if (bytes[first] & 0x80) first--;
    octets(m, tag, bytes + first, 5 - first);
}

static void finish(struct message *m, int id) {
    integer(m, INTEGER, id);
    wrap(m, SEQUENCE, sizeof m->bytes);
}

static struct message blank(void) {
    struct message m;
    m.at = sizeof m.bytes;
    return m;
}

static struct message bind_message(int id, const char *dn, const char *password) {
    struct message m = blank();
    text(&m, 0x80, password);
    text(&m, OCTETS, dn);
    integer(&m, INTEGER, 3);
    wrap(&m, BIND, sizeof m.bytes);
    finish(&m, id);
    return m;
}

static struct message unbind_message(int id) {
    struct message m = blank();
    octets(&m, UNBIND, "", 0);
    finish(&m, id);
    return m;
}

/* Equality, the whole subtree of the base, all attributes; with `page`, that many entries from `cookie` on. */
static struct message search_message(int id, const char *attribute, const char *value, int page, const void *cookie,
                                     size_t cookie_size) {
    struct message m = blank();
    if (page) {
        size_t end = m.at;
        octets(&m, OCTETS, cookie, cookie_size);
        integer(&m, INTEGER, page);
        wrap(&m, SEQUENCE, end);
        wrap(&m, OCTETS, end);
        text(&m, OCTETS, "1.2.840.113556.1.4.319");
        wrap(&m, SEQUENCE, end);
        wrap(&m, CONTROLS, end);
    }
    size_t end = m.at, filter;
    octets(&m, SEQUENCE, "", 0);
    filter = m.at;
    text(&m, OCTETS, value);
    text(&m, OCTETS, attribute);
    wrap(&m, 0xa3, filter);
    octets(&m, BOOLEAN, "", 1);
    integer(&m, INTEGER, 0);
    integer(&m, INTEGER, 0);
    integer(&m, ENUMERATED, 0);
    integer(&m, ENUMERATED, 2);
    text(&m, OCTETS, BASE);
    wrap(&m, SEARCH, end);
    finish(&m, id);
    return m;
}

static struct message result_message(int id, int tag) {
    struct message m = blank();
    text(&m, OCTETS, "");
    text(&m, OCTETS, "");
    integer(&m, ENUMERATED, 0);
    wrap(&m, tag, sizeof m.bytes);
    finish(&m, id);
    return m;
}

/* An entry of fifteen attributes, as large as a real one. */
static struct message entry_message(int id) {
    struct message m = blank();
    for (int number = 0; number < 15; number++) {
        char name[20];
        size_t attribute = m.at;
        text(&m, OCTETS, "a value of some length");
        wrap(&m, 0x31, attribute);
        snprintf(name, sizeof name, "attribute%02d", number);
        text(&m, OCTETS, name);
        wrap(&m, SEQUENCE, attribute);
    }
    wrap(&m, SEQUENCE, sizeof m.bytes);
    text(&m, OCTETS, "uid=user0000000,ou=People," BASE);
    wrap(&m, ENTRY, sizeof m.bytes);
    finish(&m, id);
    return m;
}

/* Where the contents of the element at `at` begin, with their length; NULL while the header is not there yet. */
static const unsigned char *open_element(const unsigned char *at, const unsigned char *end, size_t *length) {
    if (end - at < 2) return NULL;
    size_t size = at[1];
    const unsigned char *contents = at + 2;
    if (size >= 0x80) {
        int count = size & 0x7f;
        if (count == 0 || count > 4) fail("a length that LDAP does not have");
        if (end - contents < count) return NULL;
        for (size = 0; count; count--) size = size << 8 | *contents++;
    }
    *length = size;
    return contents;
}

/* ---- Connections, with and without TLS. */

enum state { CLOSED, CONNECTING, SHAKING, ASKING, RESTING };

struct connection {
    int fd, number, id;
    SSL *ssl;
    enum state state;
    const char *step;             /* what is done now; the rest of the operation stands behind it */
    bool measured;                /* in an operation, no longer in what comes before them */
    int person, entries;
    double began;
    unsigned char *in;
    size_t have, cookie_size;
    unsigned char cookie[1024];
};

enum { ROOM = 1 << 16 };

static int events;                /* epoll's */
static SSL_CTX *tls;              /* NULL: in clear */
static SSL_SESSION *ticket;       /* the last one that the server gave */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void watch(struct connection *c, int operation, uint32_t what) {
    struct epoll_event event = {what, {.ptr = c}};
    if (epoll_ctl(events, operation, c->fd, &event)) fail("epoll_ctl");
}

static void begin_connection(struct connection *c, int fd) {
    int one = 1;
    c->fd = fd;
    c->have = 0;
    c->ssl = NULL;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (!c->in && !(c->in = malloc(ROOM))) fail("memory");
}

static void end_connection(struct connection *c) {
    if (c->ssl) {
        SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* else its session is not taken up again */
        SSL_free(c->ssl);
    }
    c->ssl = NULL;
    close(c->fd);
    c->state = CLOSED;
}

/* What came: its size, 0 at the end of the connection, -1 if there is nothing now. */
static ssize_t receive(struct connection *c) {
    ssize_t got;
    if (c->ssl) {
        got = SSL_read(c->ssl, c->in + c->have, ROOM - c->have);
        if (got <= 0) return SSL_get_error(c->ssl, got) == SSL_ERROR_WANT_READ ? -1 : 0;
    } else {
        got = read(c->fd, c->in + c->have, ROOM - c->have);
        if (got < 0) return errno == EAGAIN ? -1 : 0;
    }
    c->have += got;
    return got;
}

static bool transmit(struct connection *c, const void *bytes, size_t count) {
    if (c->ssl) return SSL_write(c->ssl, bytes, count) == (int)count;
    return send(c->fd, bytes, count, MSG_NOSIGNAL) == (ssize_t)count;
}

/* A step of the handshake: 1 when it is over, 0 if the next event goes on with it, -1 if it failed. */
static int shake(struct connection *c) {
    int result = SSL_do_handshake(c->ssl), error = SSL_get_error(c->ssl, result);
    if (result != 1 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
    watch(c, EPOLL_CTL_MOD, error == SSL_ERROR_WANT_WRITE ? EPOLLOUT : EPOLLIN);
    return result == 1;
}

/* ---- Works. */

struct work {
    const char *name, *before, *steps;
    enum { RANDOM, ONCE, OWN } whom; /* OWN: connection N is person N */
};

/* Steps: o opens a connection, v binds as the service, b as the person, w with a wrong password, s searches the person,
 * p one page of all, x unbinds and closes. `before` is done once. */
static const struct work works[] = {
    {"bind", "o", "b", RANDOM},       {"once", "o", "b", ONCE},        {"wrong", "o", "w", OWN},
    {"connect", "", "obx", RANDOM},   {"search", "ov", "s", RANDOM},   {"flow", "o", "vsb", RANDOM},
    {"pages", "ov", "p", OWN},        {"idle", "ov", "", OWN},
};

static struct {
    const struct work *work;
    int port, connections, first, people, page, rate, resume;
    double seconds;
    int accept[2];
    bool tls;
} asked = {.connections = 16, .people = 10000, .page = 1000, .seconds = 5, .accept = {0, -1}};

static struct {
    long started, finished, entries, bytes, codes[256], wrong, resumed, handshakes;
    uint32_t *times, worst[256];  /* microseconds */
    size_t room;
    double began, ended;
    int ready, next;
    bool over;
} seen;

static uint64_t chance = 0x9e3779b97f4a7c15;

static int some_person(struct connection *c) {
    switch (asked.work->whom) {
    case OWN: return asked.first + c->number % asked.people;
    case ONCE: return asked.first + seen.next++;
    default:
        chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
        return asked.first + (chance >> 16) % asked.people;
    }
}

static bool everybody_was_asked(void) { return asked.work->whom == ONCE && seen.next >= asked.people; }

static struct message question(struct connection *c, char step) {
    char name[32], dn[96], password[32];
    int id = c->id = c->id % 0x7fff + 1;
    snprintf(name, sizeof name, "user%07d", c->person);
    snprintf(dn, sizeof dn, "uid=%s,ou=People," BASE, name);
    snprintf(password, sizeof password, "password-%d", c->person % PASSWORDS);
    switch (step) {
    case 'v': return bind_message(id, SERVICE, SERVICE_PASSWORD);
    case 'b': return bind_message(id, dn, password);
    case 'w': return bind_message(id, dn, "wrong");
    case 's': return search_message(id, "uid", name, 0, "", 0);
    case 'p': return search_message(id, "objectClass", "inetOrgPerson", asked.page, c->cookie, c->cookie_size);
    default: return unbind_message(id);
    }
}

static void record(struct connection *c) {
    if (seen.finished == (long)seen.room) {
        seen.room = seen.room ? 2 * seen.room : 1 << 16;
        seen.times = realloc(seen.times, seen.room * sizeof *seen.times);
        if (!seen.times) fail("memory");
    }
    seen.times[seen.finished++] = (now() - c->began) * 1e6;
}

static void open_connection(struct connection *c) {
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(asked.port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) fail("socket");
    begin_connection(c, fd);
    if (connect(fd, (struct sockaddr *)&there, sizeof there) && errno != EINPROGRESS) fail("connect");
    c->state = CONNECTING;
    watch(c, EPOLL_CTL_ADD, EPOLLOUT);
}

/* Do what comes next, until there is an answer to wait for. */
static void advance(struct connection *c) {
    for (;;) {
        if (!*c->step) {
            if (c->measured) record(c);
            else seen.ready++;
            c->state = c->state == CLOSED ? CLOSED : RESTING;
            return;
        }
        if (*c->step == 'o') {
            open_connection(c);
            return;
        }
        struct message m = question(c, *c->step);
        if (!transmit(c, m.bytes + m.at, sizeof m.bytes - m.at)) fail("the server takes nothing");
        if (*c->step != 'x') {
            c->entries = 0;
            c->state = ASKING;
            return;
        }
        end_connection(c);
        c->step++;
    }
}

/* The cookie of the paged results control behind an answer. It is the only control there is. */
static void keep_cookie(struct connection *c, const unsigned char *at, const unsigned char *end) {
    /* d: go down into the element; s: step over it. Controls, control, type, value, its sequence, estimate, cookie. */
    size_t length = 0;
    for (const char *way = "ddsddsd"; *way; way++) {
        if (*at == BOOLEAN && end - at > 2) at += 3;
        if (!(at = open_element(at, end, &length))) fail("a page without a cookie");
        if (*way == 's') at += length;
    }
    if (length > sizeof c->cookie) fail("a cookie is too long");
    memcpy(c->cookie, at, c->cookie_size = length);
}

static void note(struct connection *c, int code) {
    bool right = code == asked.accept[0] || code == asked.accept[1];
    if (!c->measured || (*c->step == 'v')) right = code == 0;
    if (*c->step == 's' && c->entries != 1) right = false;
    if (!right) seen.wrong++;
    if (c->measured) {
        uint32_t took = (now() - c->began) * 1e6;
        seen.codes[code & 0xff]++;
        if (took > seen.worst[code & 0xff]) seen.worst[code & 0xff] = took;
    } else if (code) {
        fprintf(stderr, "load: result code %d before the work began\n", code);
        exit(1);
    }
}

/* One whole message. Whether it ends the step. */
static bool answered(struct connection *c, const unsigned char *at, const unsigned char *end) {
    size_t length;
    const unsigned char *contents = open_element(at, end, &length);
    if (!contents || *at != INTEGER || length > 4) fail("an answer without a number");
    int id = 0;
    while (length--) id = id << 8 | *contents++;
    int tag = *contents;
    contents = open_element(contents, end, &length);
    if (id != c->id || !contents) {
        fprintf(stderr, "load: an answer 0x%02x to number %d, not to %d\n", tag, id, c->id);
        exit(1);
    }
    if (tag == ENTRY) {
        c->entries++;
        if (c->measured) seen.entries++, seen.bytes += length;
        return false;
    }
    if (tag != (*c->step == 's' || *c->step == 'p' ? DONE : BOUND)) fail("an answer to something else");
    if (*c->step == 'p') keep_cookie(c, contents + length, end);
    note(c, contents[2]);
    return true;
}

static void parse(struct connection *c) {
    unsigned char *at = c->in, *end = c->in + c->have;
    size_t length;
    const unsigned char *contents;
    while ((contents = open_element(at, end, &length)) && length <= (size_t)(end - contents)) {
        at = (unsigned char *)contents + length;
        if (answered(c, contents, at)) {
            c->step++;
            if (at != end) fail("more than one answer");
            c->have = 0;
            advance(c);
            return;
        }
    }
    c->have = end - at;
    memmove(c->in, at, c->have);
    if (c->have == ROOM) fail("an answer is too long");
}

static void secured(struct connection *c) {
    if (c->measured) seen.handshakes++, seen.resumed += SSL_session_reused(c->ssl);
    c->step++;
    advance(c);
}

static void happened(struct connection *c) {
    int error = 0;
    socklen_t size = sizeof error;
    if (c->state == CONNECTING) {
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) errno = error, fail("connect");
        if (!tls) {
            watch(c, EPOLL_CTL_MOD, EPOLLIN);
            c->step++;
            advance(c);
            return;
        }
        c->ssl = SSL_new(tls);
        SSL_set_fd(c->ssl, c->fd);
        SSL_set_connect_state(c->ssl);
        if (asked.resume && ticket) SSL_set_session(c->ssl, ticket);
        c->state = SHAKING;
    }
    if (c->state == SHAKING) {
        int shaken = shake(c);
        if (shaken < 0) fail("the TLS handshake failed");
        if (shaken) secured(c);
        return;
    }
    int fd = c->fd;
    for (;;) {
        ssize_t got = receive(c);
        if (got < 0) return;
        if (got == 0) fail(c->state == RESTING ? "the server closed an idle connection" : "the server closed");
        if (c->state != ASKING) fail("an answer to nothing");
        parse(c);
        if (!c->ssl || c->state == CLOSED || c->fd != fd) return;
    }
}

static void begin_operation(struct connection *c) {
    if (c->state != RESTING && !(c->state == CLOSED && c->measured && *asked.work->steps == 'o')) return;
    if (seen.over || everybody_was_asked()) return;
    if (asked.rate && seen.started >= asked.rate * (now() - seen.began)) return;
    seen.started++;
    c->measured = true;
    c->person = some_person(c);
    c->step = asked.work->steps;
    c->began = now();
    advance(c);
}

static int keep_ticket(SSL *ssl, SSL_SESSION *given) {
    (void)ssl;
    if (ticket) SSL_SESSION_free(ticket);
    ticket = given;
    return 1;
}

/* ---- Running a work. */

static void wait_for_events(void) {
    struct epoll_event got[256];
    int count = epoll_wait(events, got, 256, 1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int number = 0; number < count; number++) {
        struct connection *c = got[number].data.ptr;
        happened(c);
        if (c->measured && !asked.rate) begin_operation(c);
    }
}

static void get_ready(struct connection *all) {
    int begun = 0;
    while (seen.ready < asked.connections) {
        while (begun < asked.connections && begun - seen.ready < 64) { /* a listening socket has a short queue */
            struct connection *c = all + begun;
            c->number = begun++;
            c->person = asked.first;
            c->step = asked.work->before;
            advance(c);
        }
        if (seen.ready < asked.connections) wait_for_events();
    }
}

static void run(struct connection *all) {
    seen.began = now();
    if (!*asked.work->steps) { /* idle: until nobody wants it any more */
        puts("ready");
        fflush(stdout);
        for (char byte; read(0, &byte, 1) > 0;) {}
        seen.ended = now();
        seen.over = true;
    }
    int turn = 0; /* where the last ones had their turn: none waits for ever */
    for (int number = 0; number < asked.connections; number++) all[number].measured = true;
    while (!seen.over) {
        if (asked.rate || seen.started < asked.connections)
            for (int number = 0; number < asked.connections; number++)
                begin_operation(all + (turn = (turn + 1) % asked.connections));
        wait_for_events();
        seen.ended = now();
        bool last = everybody_was_asked() && seen.finished >= seen.started;
        seen.over = last || seen.ended - seen.began >= asked.seconds;
    }
}

static int by_size(const void *one, const void *other) {
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

static void report(void) {
    struct rusage used;
    const char *comma = "";
    getrusage(RUSAGE_SELF, &used);
    if (seen.finished) qsort(seen.times, seen.finished, sizeof *seen.times, by_size);
    printf("{\"operations\": %ld, \"seconds\": %.6f, ", seen.finished, seen.ended - seen.began);
    printf("\"p50\": %u, \"p99\": %u, \"worst\": %u, ", seen.finished ? seen.times[seen.finished / 2] : 0,
           seen.finished ? seen.times[seen.finished * 99 / 100] : 0, seen.finished ? seen.times[seen.finished - 1] : 0);
    printf("\"entries\": %ld, \"bytes\": %ld, \"wrong\": %ld, ", seen.entries, seen.bytes, seen.wrong);
    printf("\"handshakes\": %ld, \"resumed\": %ld, ", seen.handshakes, seen.resumed);
    printf("\"cpu\": %.3f, \"codes\": {", used.ru_utime.tv_sec + used.ru_stime.tv_sec +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
    for (int code = 0; code < 256; code++)
        if (seen.codes[code])
            printf("%s\"%d\": [%ld, %u]", comma, code, seen.codes[code], seen.worst[code]), comma = ", ";
    puts("}}");
}

/* ---- The server that does nothing but answer. */

static void let_go(struct connection *c) {
    end_connection(c);
    free(c->in);
    free(c);
}

static void reply(struct connection *c, const unsigned char *at) {
    size_t length;
    int id = 0;
    const unsigned char *contents = open_element(at, at + 6, &length);
    while (length--) id = id << 8 | *contents++;
    struct message done, entry;
    unsigned char both[4096];
    size_t size = 0;
    if (*contents == UNBIND) {
        let_go(c);
        return;
    }
    if (*contents == SEARCH) {
        entry = entry_message(id);
        memcpy(both, entry.bytes + entry.at, size = sizeof entry.bytes - entry.at);
    }
    done = result_message(id, *contents == SEARCH ? DONE : BOUND);
    memcpy(both + size, done.bytes + done.at, sizeof done.bytes - done.at);
    if (!transmit(c, both, size + sizeof done.bytes - done.at)) let_go(c);
}

static void serve_one(struct connection *c) {
    size_t length;
    const unsigned char *contents;
    if (c->state == SHAKING) {
        int shaken = shake(c);
        if (shaken < 0) let_go(c);
        if (shaken < 1) return;
        c->state = ASKING;
    }
    ssize_t got = receive(c);
    if (got == 0) let_go(c);
    if (got <= 0) return;
    contents = open_element(c->in, c->in + c->have, &length);
    if (!contents || length > c->have - (contents - c->in)) return; /* the rest is on its way */
    c->have = 0;                                                     /* one question at a time, as the generator asks */
    reply(c, contents);
}

static void serve(void) {
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 1024)) fail("listen");
    getsockname(listener, (struct sockaddr *)&here, &size);
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    struct connection door = {.fd = listener};
    watch(&door, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event got[256];
        int count = epoll_wait(events, got, 256, -1);
        for (int number = 0; number < count; number++) {
            if (got[number].data.ptr != &door) {
                serve_one(got[number].data.ptr);
                continue;
            }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fd < 0) continue;
            struct connection *c = calloc(1, sizeof *c);
            begin_connection(c, fd);
            c->state = tls ? SHAKING : ASKING;
            watch(c, EPOLL_CTL_ADD, EPOLLIN);
            if (tls) {
                c->ssl = SSL_new(tls);
                SSL_set_fd(c->ssl, fd);
                SSL_set_accept_state(c->ssl);
            }
        }
    }
}

/* ---- The command line. */

static void show(const char *name, struct message m) {
    printf("%s ", name);
    for (size_t at = m.at; at < sizeof m.bytes; at++) printf("%02x", m.bytes[at]);
    puts("");
}

static void show_all(int person) {
    struct connection c = {.person = person, .id = 298};
    memcpy(c.cookie, "cookie", c.cookie_size = 6);
    for (const char *step = "vbwspx"; *step; step++) show((char[]){*step, 0}, question(&c, *step)), c.id = 298;
    show("bound", result_message(7, BOUND));
    show("entry", entry_message(70000));
    show("done", result_message(70000, DONE));
}

static const char *certificate, *key;

static void option(char *given) {
    char *value = strchr(given, '=');
    if (!value) fail("options are name=value");
    *value++ = 0;
    struct { const char *name; int *where; } numbers[] = {
        {"connections", &asked.connections}, {"first", &asked.first},   {"people", &asked.people},
        {"page", &asked.page},               {"rate", &asked.rate},     {"resume", &asked.resume},
        {"accept", &asked.accept[0]},        {"also", &asked.accept[1]},
    };
    for (size_t number = 0; number < sizeof numbers / sizeof *numbers; number++)
        if (!strcmp(given, numbers[number].name)) {
            *numbers[number].where = atoi(value);
            return;
        }
    if (!strcmp(given, "seconds")) asked.seconds = atof(value);
    else if (!strcmp(given, "seed")) chance ^= strtoull(value, NULL, 10) * 0x2545f4914f6cdd1d;
    else if (!strcmp(given, "tls")) asked.tls = atoi(value);
    else if (!strcmp(given, "certificate")) certificate = value, asked.tls = true;
    else if (!strcmp(given, "key")) key = value;
    else fail("an unknown option");
}

static void prepare_tls(bool server) {
    tls = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    if (!tls) fail("TLS");
    if (server) {
        if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
            SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
            fail("the certificate cannot be read");
        return;
    }
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(tls, keep_ticket);
}

int main(int count, char **words) {
    struct rlimit files;
    if (count == 3 && !strcmp(words[1], "messages")) {
        show_all(atoi(words[2]));
        return 0;
    }
    bool server = count > 1 && !strcmp(words[1], "null");
    if (!server && (count < 4 || strcmp(words[1], "run"))) fail("what to do? See the beginning of load.c");
    for (int number = server ? 2 : 4; number < count; number++) option(words[number]);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    events = epoll_create1(0);
    if (asked.tls) prepare_tls(server);
    if (server) serve();
    asked.port = atoi(words[2]);
    for (size_t number = 0; number < sizeof works / sizeof *works; number++)
        if (!strcmp(words[3], works[number].name)) asked.work = works + number;
    if (!asked.work) fail("there is no such work");
    struct connection *all = calloc(asked.connections, sizeof *all);
    if (!all) fail("memory");
    get_ready(all);
    run(all);
    report();
    return 0;
}
