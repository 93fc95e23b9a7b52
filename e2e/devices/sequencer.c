/*
 * A MIDI keyboard at the operating system's edge: preloaded into the browser, it takes the place of ALSA's sequencer and shows
 * one device, "Test Keyboard". What a test sends over UDP is the keyboard's side of the cable:
 *
 *   'P'            plugs it in
 *   'U'            pulls it out
 *   'M' bytes…     MIDI bytes, cut anywhere: running status and messages over two datagrams are put together here
 *
 * What the page plays goes to the port that the first datagram came from. No header of ALSA is needed: what is used of it is
 * declared here, and found in the libasound that the browser has loaded.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* struct snd_seq_event, as the kernel has it. */
struct event {
  uint8_t type, flags, tag, queue;
  uint32_t time[2];
  uint8_t source_client, source_port, dest_client, dest_port;
  union {
    struct {
      uint8_t client, port;
    } addr;
    uint8_t raw[12];
  } data;
} __attribute__((packed));

enum { CLIENT_START = 60, CLIENT_EXIT = 61, PORT_START = 63, PORT_EXIT = 64 };
enum { USER_CLIENT = 1, CAN_READ = 1, CAN_WRITE = 2, CAN_SUBSCRIBE_READ = 32, CAN_SUBSCRIBE_WRITE = 64 };
enum { MIDI_GENERIC = 1 << 1, APPLICATION = 1 << 20 };
/* From this side to itself. */
enum { CLOSED = 1 };
enum { KEYBOARD = 140, FIRST_CLIENT = 128, MAX_CLIENTS = 8, QUEUE = 256, MAX_BYTES = 1024 };

extern size_t snd_seq_client_info_sizeof(void);
extern void snd_seq_client_info_set_client(void *info, int client);
extern int snd_seq_client_info_get_client(const void *info);
extern void snd_seq_client_info_set_name(void *info, const char *name);
extern size_t snd_seq_port_info_sizeof(void);
extern void snd_seq_port_info_set_client(void *info, int client);
extern int snd_seq_port_info_get_client(const void *info);
extern void snd_seq_port_info_set_port(void *info, int port);
extern int snd_seq_port_info_get_port(const void *info);
extern void snd_seq_port_info_set_name(void *info, const char *name);
extern void snd_seq_port_info_set_capability(void *info, unsigned capability);
extern void snd_seq_port_info_set_type(void *info, unsigned type);
extern int snd_midi_event_new(size_t size, void **parser);
extern int snd_midi_event_encode_byte(void *parser, int byte, struct event *event);
extern long snd_midi_event_decode(void *parser, uint8_t *bytes, long size, const struct event *event);
extern void snd_midi_event_no_status(void *parser, int on);

static struct {
  int id;
} clients[MAX_CLIENTS];
static int client_count, is_plugged, line = -1;
static struct sockaddr_in test_side;
static int has_test_side;
static struct sockaddr_in here = {.sin_family = AF_INET};
static void *to_events, *to_bytes;
static struct event queue[QUEUE];
static unsigned queue_head, queue_tail;

static void open_line(void) {
  const char *port = getenv("ATELIER_MIDI_PORT");
  here.sin_port = htons(port == NULL ? 0 : (uint16_t)atoi(port));
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  line = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (port == NULL || bind(line, (struct sockaddr *)&here, sizeof here) != 0) perror("the MIDI test line");
  snd_midi_event_new(MAX_BYTES, &to_events);
  snd_midi_event_new(MAX_BYTES, &to_bytes);
  /* Every message with its status, so that the test reads each by itself. */
  snd_midi_event_no_status(to_bytes, 1);
}

static void push(struct event event) {
  if (queue_tail - queue_head < QUEUE) queue[queue_tail++ % QUEUE] = event;
}

static void announce(int type, uint8_t client) {
  struct event event = {.type = (uint8_t)type, .source_port = 1};
  event.data.addr.client = client;
  push(event);
}

static void take(const uint8_t *bytes, ssize_t length) {
  if (bytes[0] == 'P' || bytes[0] == 'U') {
    is_plugged = bytes[0] == 'P';
    announce(is_plugged ? CLIENT_START : PORT_EXIT, KEYBOARD);
    announce(is_plugged ? PORT_START : CLIENT_EXIT, KEYBOARD);
    return;
  }
  if (bytes[0] == CLOSED && length == 2) {
    announce(CLIENT_EXIT, bytes[1]);
    return;
  }
  for (ssize_t i = 1; i < length && is_plugged; i++) {
    struct event event = {0};
    if (snd_midi_event_encode_byte(to_events, bytes[i], &event) != 1) continue;
    event.source_client = KEYBOARD;
    push(event);
  }
}

static void pump(void) {
  uint8_t bytes[MAX_BYTES];
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  ssize_t length;
  while ((length = recvfrom(line, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size)) > 0) {
    if (from.sin_port != here.sin_port) {
      test_side = from;
      has_test_side = 1;
    }
    take(bytes, length);
  }
}

int snd_seq_open(void **sequencer, const char *name, int streams, int mode) {
  (void)name, (void)streams, (void)mode;
  if (client_count == MAX_CLIENTS) return -ENOMEM;
  if (line < 0) open_line();
  clients[client_count].id = FIRST_CLIENT + client_count;
  *sequencer = &clients[client_count++];
  return 0;
}
int snd_seq_close(void *sequencer) {
  /* The browser's reader ends when it hears that its writer has gone; by the line, since it waits there. */
  uint8_t closed[2] = {CLOSED, (uint8_t) * (int *)sequencer};
  sendto(line, closed, sizeof closed, 0, (struct sockaddr *)&here, sizeof here);
  return 0;
}
int snd_seq_client_id(void *sequencer) { return *(int *)sequencer; }
int snd_seq_set_client_name(void *sequencer, const char *name) { return (void)sequencer, (void)name, 0; }
int snd_seq_create_simple_port(void *sequencer, const char *name, unsigned capability, unsigned type) {
  static int ports;
  (void)sequencer, (void)name, (void)capability, (void)type;
  return ports++;
}
int snd_seq_delete_simple_port(void *sequencer, int port) { return (void)sequencer, (void)port, 0; }
int snd_seq_subscribe_port(void *sequencer, void *subscription) { return (void)sequencer, (void)subscription, 0; }

static int tell_client(void *info) {
  memset(info, 0, snd_seq_client_info_sizeof());
  /* The kind follows the number; the library has no setter for it. */
  ((int *)info)[1] = USER_CLIENT;
  snd_seq_client_info_set_client(info, KEYBOARD);
  snd_seq_client_info_set_name(info, "Test Keyboard");
  return 0;
}
static int tell_port(void *info) {
  memset(info, 0, snd_seq_port_info_sizeof());
  snd_seq_port_info_set_client(info, KEYBOARD);
  snd_seq_port_info_set_port(info, 0);
  snd_seq_port_info_set_name(info, "Test Keyboard MIDI 1");
  snd_seq_port_info_set_capability(info, CAN_READ | CAN_WRITE | CAN_SUBSCRIBE_READ | CAN_SUBSCRIBE_WRITE);
  snd_seq_port_info_set_type(info, MIDI_GENERIC | APPLICATION);
  return 0;
}
int snd_seq_query_next_client(void *sequencer, void *info) {
  (void)sequencer;
  return is_plugged && snd_seq_client_info_get_client(info) < KEYBOARD ? tell_client(info) : -ENOENT;
}
int snd_seq_query_next_port(void *sequencer, void *info) {
  (void)sequencer;
  int is_next = snd_seq_port_info_get_client(info) == KEYBOARD && snd_seq_port_info_get_port(info) < 0;
  return is_plugged && is_next ? tell_port(info) : -ENOENT;
}
int snd_seq_get_any_client_info(void *sequencer, int client, void *info) {
  (void)sequencer;
  return client == KEYBOARD ? tell_client(info) : -ENOENT;
}
int snd_seq_get_any_port_info(void *sequencer, int client, int port, void *info) {
  (void)sequencer, (void)port;
  return client == KEYBOARD ? tell_port(info) : -ENOENT;
}
int snd_seq_poll_descriptors(void *sequencer, struct pollfd *descriptors, unsigned space, short events) {
  (void)sequencer, (void)space, (void)events;
  descriptors[0] = (struct pollfd){.fd = line, .events = POLLIN};
  return 1;
}
int snd_seq_event_input(void *sequencer, struct event **event) {
  (void)sequencer;
  if (queue_head == queue_tail) pump();
  if (queue_head == queue_tail) return -EAGAIN;
  *event = &queue[queue_head++ % QUEUE];
  return 1;
}
int snd_seq_event_input_pending(void *sequencer, int fetch) {
  (void)sequencer, (void)fetch;
  if (queue_head == queue_tail) pump();
  return (int)(queue_tail - queue_head);
}
int snd_seq_event_output_direct(void *sequencer, struct event *event) {
  (void)sequencer;
  uint8_t bytes[MAX_BYTES];
  long length = snd_midi_event_decode(to_bytes, bytes, sizeof bytes, event);
  if (length > 0 && has_test_side)
    sendto(line, bytes, (size_t)length, 0, (struct sockaddr *)&test_side, sizeof test_side);
  return 0;
}
