#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

/// The service of scenario `peers`: tells the FIFO beside its directory who it is, with
/// which pid and since when, and waits. Linked statically, so that its own start is
/// short and the same below every supervisor.
int main() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  char here[4096];
  if (!getcwd(here, sizeof here))
    return 1;
  const char* const name = std::strrchr(here, '/') + 1;
  char word[256];
  const int size = std::snprintf(
    word,
    sizeof word,
    "%s %d %lld\n",
    name,
    getpid(),
    now.tv_sec * 1'000'000'000LL + now.tv_nsec);
  const int told = open("../.told", O_WRONLY | O_CLOEXEC);
  if (told < 0 || write(told, word, static_cast<size_t>(size)) != size)
    return 1;
  close(told);
  while (true)
    pause();
}
