#include "bench/stress/contender.hpp"
#include "keeper/spawn.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/wait.h>
#include <utility>

namespace troupe::stress {

namespace fs = std::filesystem;

namespace {

using words = std::vector<std::string>;

/// Writes what it reads, and tells what to run in the yard.
using preparation = words (*)(const yard&);

/// Whether the program stays as the supervisor, or only asks for one and ends.
enum class stay : bool { no, yes };

class rival final : public contender {
public:
  rival(std::string program, std::string peers, preparation prepare, stay stays)
    : program_(std::move(program)), peers_(std::move(peers)), prepare_(prepare),
      stays_(stays) {}

  ~rival() override {
    if (root_ > 0 && kill(root_, SIGKILL) == 0)
      waitpid(root_, nullptr, 0);
  }

  static std::string path(const std::string& peers) {
    const char* const old = std::getenv("PATH");
    return "PATH=" + peers + "/debian/usr/bin:" + peers +
           "/npm/node_modules/.bin:" + (old ? old : "/usr/bin:/bin");
  }

  result<void> start(const yard& where) override {
    auto argv = prepare_(where);
    const auto log = where.directory() + "/.log";
    const keeper::descriptor in(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const keeper::descriptor out(
      open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const auto child = keeper::start(
      {.program = program_,
       .argv = std::move(argv),
       .env = environment(where),
       .cwd = where.directory(),
       .stdio = {in.get(), out.get(), out.get()},
       .handed = {}});
    if (!child)
      return fail(errc::unavailable, "cannot start " + program_);
    root_ = child->pid;
    int status = 0;
    if (stays_ == stay::yes)
      return {};
    waitpid(std::exchange(root_, 0), &status, 0);
    if (status != 0)
      return fail(errc::unavailable, program_ + " failed");
    return {};
  }

private:
  /// Nothing of the caller's own set-up; no newer version is asked for.
  words environment(const yard& where) const {
    return {
      path(peers_),
      "HOME=" + where.directory(),
      "PYTHONPATH=" + peers_ + "/debian/usr/lib/python3/dist-packages",
      "PM2_HOME=" + where.directory() + "/.pm2",
      "PM2_DISABLE_VERSION_CHECK=1"};
  }

  std::string program_;
  std::string peers_;
  preparation prepare_;
  stay stays_;
  int root_ = 0;
};

result<std::unique_ptr<contender>>
enter(const plan& how, const char* name, preparation prepare, stay stays) {
  const auto program = keeper::find_program(name, {rival::path(how.peers)}, "/");
  if (!program)
    return fail(
      errc::not_found,
      "not installed (scripts/install-deps --bench): " + program.error().message);
  return std::make_unique<rival>(*program, how.peers, prepare, stays);
}

void link_services(const yard& where) {
  for (int n = 0; n < where.services(); ++n)
    fs::create_symlink(service_program(), where.place_of(n) + "/run");
}

words for_runit(const yard& where) {
  link_services(where);
  return {"runsvdir", where.directory()};
}

words for_s6(const yard& where) {
  link_services(where);
  return {"s6-svscan", "-c", std::to_string(2 * where.services() + 10), "."};
}

words for_supervisor(const yard& where) {
  std::string all = "[supervisord]\n"
                    "nodaemon=true\n"
                    "logfile=" +
                    where.directory() +
                    "/.supervisord.log\n"
                    "pidfile=" +
                    where.directory() + "/.supervisord.pid\n";
  for (int n = 0; n < where.services(); ++n)
    all += "[program:s" + std::to_string(n) +
           "]\n"
           "command=" +
           service_program() +
           "\n"
           "directory=" +
           where.place_of(n) +
           "\n"
           "autorestart=true\n"
           "startsecs=0\n"
           "startretries=1000000\n"
           "stdout_logfile=NONE\n"
           "stderr_logfile=NONE\n";
  where.write(".supervisord.conf", all);
  return {"supervisord", "-c", where.directory() + "/.supervisord.conf"};
}

words for_pm2(const yard& where) {
  json apps = json::array();
  for (int n = 0; n < where.services(); ++n)
    apps.push_back(
      {{"name", "s" + std::to_string(n)},
       {"script", service_program()},
       {"interpreter", "none"},
       {"cwd", where.place_of(n)},
       {"out_file", "/dev/null"},
       {"error_file", "/dev/null"},
       {"max_restarts", 1'000'000},
       {"pmx", false},
       {"vizion", false}});
  fs::create_directory(where.directory() + "/.pm2");
  where.write(".pm2/touch", "");
  where.write("apps.json", json{{"apps", std::move(apps)}}.dump());
  return {"pm2", "start", where.directory() + "/apps.json"};
}

} // namespace

std::vector<entry> rivals() {
  return {
    {"runit",
     {"none if it lived for a second, else 1 s", "cannot be set"},
     [](const plan& how) { return enter(how, "runsvdir", for_runit, stay::yes); }},
    {"s6",
     {"1 s, however long it lived", "cannot be set"},
     [](const plan& how) { return enter(how, "s6-svscan", for_s6, stay::yes); }},
    {"supervisor",
     {"looks once a second; after a start that failed 1 s, 2 s …; gives up after 3",
      "startsecs 0, startretries 1,000,000; the second cannot be set"},
     [](const plan& how) {
       return enter(how, "supervisord", for_supervisor, stay::yes);
     }},
    {"pm2",
     {"none; gives up after 16 ends within a second of the start",
      "max_restarts 1,000,000"},
     [](const plan& how) { return enter(how, "pm2", for_pm2, stay::no); }},
  };
}

} // namespace troupe::stress
