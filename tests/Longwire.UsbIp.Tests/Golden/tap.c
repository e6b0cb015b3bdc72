/* A TCP proxy that keeps what it carries: tap LISTEN-PORT TARGET-PORT FOLDER, on 127.0.0.1 only.
 * Connection N leaves FOLDER/N.request (client to server) and FOLDER/N.reply (server to client). */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return a;
}

static void put(int fd, const char *bytes, ssize_t length) {
  for (ssize_t done = 0; done < length;) {
    ssize_t n = write(fd, bytes + done, length - done);
    if (n <= 0) exit(0);
    done += n;
  }
}

static void carry(int client, const char *port, const char *folder, int number) {
  const char *names[] = {"request", "reply"};
  struct sockaddr_in target = loopback(port);
  int server = socket(AF_INET, SOCK_STREAM, 0), files[2];
  if (connect(server, (struct sockaddr *)&target, sizeof target)) { perror("connect"); exit(1); }
  for (int i = 0; i < 2; i++) {
    char path[200];
    snprintf(path, sizeof path, "%s/%d.%s", folder, number, names[i]);
    files[i] = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  }
  struct pollfd ends[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (poll(ends, 2, -1) < 0) exit(1);
    for (int i = 0; i < 2; i++) {
      char bytes[65536];
      if (ends[i].fd < 0 || !ends[i].revents) continue;
      int to = i ? client : server;
      ssize_t n = read(ends[i].fd, bytes, sizeof bytes);
      if (n <= 0) { shutdown(to, SHUT_WR); ends[i].fd = -1; continue; }
      put(files[i], bytes, n);
      put(to, bytes, n);
    }
  }
  exit(0);
}

int main(int argc, char **argv) {
  if (argc != 4) { fputs("usage: tap LISTEN-PORT TARGET-PORT FOLDER\n", stderr); return 2; }
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  struct sockaddr_in here = loopback(argv[1]);
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 8)) { perror("listen"); return 1; }
  for (int number = 1;; number++) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) return 1;
    if (!fork()) { close(listener); carry(client, argv[2], argv[3], number); }
    close(client);
  }
}
