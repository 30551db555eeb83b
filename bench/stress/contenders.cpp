#include "bench/stress/contender.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"

#include <csignal>
#include <map>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

/// What no supervisor can go below: clone3, waitid, clone3 again. It knows nothing of
/// its services but their directories, and as a fork of the bench has no memory to
/// measure.
class loop final : public contender {
public:
  loop() = default;

  ~loop() override {
    if (child_ > 0 && kill(child_, SIGKILL) == 0)
      waitpid(child_, nullptr, 0);
  }

  result<void> start(const yard& where) override {
    const auto bench = getpid();
    child_ = fork();
    if (child_ < 0)
      return fail(errc::busy, "no process");
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() == bench && chdir(where.directory().c_str()) == 0)
        keep_alive(where);
      _exit(1);
    }
    return {};
  }

  std::vector<int> processes(const yard&) const override { return {}; }

private:
  static int launch(const yard& where, int service) {
    auto child = keeper::start(
      {.program = service_program(),
       .argv = {"service"},
       .env = {},
       .cwd = where.place_of(service),
       .handed = {}});
    return child ? child->pid : 0;
  }

  static void keep_alive(const yard& where) {
    std::map<int, int> services;
    for (int n = 0; n < where.services(); ++n)
      services[launch(where, n)] = n;
    siginfo_t ended{};
    while (waitid(P_ALL, 0, &ended, WEXITED) == 0)
      if (const auto service = services.extract(ended.si_pid))
        services[launch(where, service.mapped())] = service.mapped();
  }

  int child_ = 0;
};

class troupe_itself final : public contender {
public:
  explicit troupe_itself(const plan& how) : daemon_(how.troupe) {}

  result<void> start(const yard& where) override {
    daemon_.start();
    client door(daemon_.socket());
    auto wanted = process_run({service_program()});
    wanted["restart"] = {
      {"type", "permanent"}, {"max_restarts", 1000}, {"backoff_ms", 0}};
    std::size_t under_way = 0;
    for (int n = 0; n < where.services(); ++n, ++under_way) {
      if (under_way == in_flight) {
        (void)door.next();
        --under_way;
      }
      wanted["cwd"] = where.place_of(n);
      door.begin("spawn_run", wanted);
    }
    for (; under_way > 0; --under_way)
      (void)door.next();
    return {};
  }

  std::vector<int> processes(const yard&) const override { return daemon_.processes(); }

private:
  daemon daemon_;
};

} // namespace

std::vector<entry> own_contenders() {
  return {
    {"clone3_loop",
     {"none", "none"},
     [](const plan&) -> result<std::unique_ptr<contender>> {
       return std::make_unique<loop>();
     }},
    {"troupe",
     {"500 ms, doubling to 60 s, with jitter; 3 restarts in 300 s",
      "backoff_ms 0, max_restarts 1000"},
     [](const plan& how) -> result<std::unique_ptr<contender>> {
       return std::make_unique<troupe_itself>(how);
     }},
  };
}

} // namespace troupe::stress
