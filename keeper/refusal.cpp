#include "keeper/spawn.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr std::string_view standard_path = "/usr/local/bin:/usr/bin:/bin";

std::string_view path_of(const std::vector<std::string>& env) {
  for (const auto& entry : env)
    if (entry.starts_with("PATH="))
      return std::string_view(entry).substr(5);
  return standard_path;
}

std::string seen_from(const std::string& cwd, std::string_view path) {
  if (path.starts_with('/') || cwd.empty())
    return std::string(path);
  return cwd + "/" + std::string(path);
}

/// 0, or the errno that says why it cannot be run.
int executable(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) < 0)
    return errno;
  if (!S_ISREG(facts.st_mode))
    return S_ISDIR(facts.st_mode) ? EISDIR : EACCES;
  return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) < 0 ? errno : 0;
}

std::string not_executable(const std::string& path) {
  return "permission denied: " + path +
         " may not be executed by this user; set its x bit or name another program";
}

result<std::string> check_path(const std::string& path) {
  switch (const int why = executable(path)) {
  case 0:
    return path;
  case ENOENT:
  case ENOTDIR:
    return fail(
      errc::not_found,
      "no such program: " + path + "; give a path that exists, or a name on the PATH");
  case EISDIR:
    return fail(
      errc::invalid_argument, path + " is a directory; name the program in it");
  case EACCES:
    return fail(errc::refused, not_executable(path));
  default:
    return fail(errc::invalid_argument, path + ": " + std::strerror(why));
  }
}

std::string exec_refusal(int why, const launch& what) {
  switch (why) {
  case ENOENT:
    return "cannot run " + what.program +
           ": the interpreter that its first line (or its ELF header) names does not "
           "exist; install it or correct that line";
  case EACCES:
  case EPERM:
    return not_executable(what.program);
  case ENOEXEC:
    return "cannot run " + what.program +
           ": not a program for this machine, and no #! line; name its interpreter "
           "first";
  case E2BIG:
    return "cannot run " + what.program +
           ": arguments and environment are too large; pass long texts by stdin or "
           "file";
  default:
    return "cannot run " + what.program + ": " + std::strerror(why);
  }
}

std::string cwd_refusal(int why, const launch& what) {
  const auto start = "cannot enter directory " + what.cwd + ": ";
  switch (why) {
  case ENOENT:
    return start + "it does not exist; create it or give another cwd";
  case ENOTDIR:
    return start + "it is not a directory; give another cwd";
  case EACCES:
    return start + "permission denied to this user; give another cwd";
  default:
    return start + std::strerror(why);
  }
}

std::string clone_refusal(int why) {
  switch (why) {
  case EAGAIN:
    return "cannot start a process: a limit of processes is reached (ulimit -u, "
           "pids.max); end some and try again";
  case EMFILE:
  case ENFILE:
    return "cannot start a process: no descriptor is free (ulimit -n); end some runs "
           "and try again";
  case ENOMEM:
    return "cannot start a process: out of memory; end some runs and try again";
  case ENOSYS:
    return "cannot start a process: this kernel or container lacks clone3 (Linux 5.7)";
  default:
    return std::string("cannot start a process: clone3: ") + std::strerror(why);
  }
}

} // namespace

result<std::string> find_program(
  const std::string& name,
  const std::vector<std::string>& env,
  const std::string& cwd) {
  if (name.empty())
    return fail(errc::invalid_argument, "no program given; argv is empty");
  if (name.find('/') != std::string::npos)
    return check_path(seen_from(cwd, name));
  std::string denied;
  const auto path = path_of(env);
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find(':', at), path.size());
    const auto directory = path.substr(at, end - at);
    const auto candidate =
      seen_from(cwd, directory.empty() ? "." : directory) + "/" + name;
    const int why = executable(candidate);
    if (why == 0)
      return candidate;
    if (why == EACCES && denied.empty())
      denied = candidate;
    at = end + 1;
  }
  if (!denied.empty())
    return fail(errc::refused, not_executable(denied));
  return fail(
    errc::not_found,
    "no such program: " + name + ", looked for on PATH " + std::string(path) +
      "; install it, or give its full path");
}

std::string explain(const launch_failure& why, const launch& what) {
  switch (why.step) {
  case launch_step::clone:
    return clone_refusal(why.error);
  case launch_step::session:
    return std::string("cannot make a session: ") + std::strerror(why.error);
  case launch_step::group:
    return std::string("cannot join the memory cgroup: ") + std::strerror(why.error);
  case launch_step::stdio:
    return std::string("cannot place stdin, stdout, stderr: ") +
           std::strerror(why.error);
  case launch_step::files:
    return std::string("cannot set the limit of open files: ") +
           std::strerror(why.error);
  case launch_step::cwd:
    return cwd_refusal(why.error, what);
  case launch_step::confine:
    return std::string("cannot confine it: ") + std::strerror(why.error);
  case launch_step::exec:
    return exec_refusal(why.error, what);
  }
  return "not started";
}

} // namespace troupe::keeper
