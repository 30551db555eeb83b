#include "cli/console.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sys/ioctl.h>
#include <unistd.h>

namespace troupe::cli {

bool print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

void complain(std::string_view text) {
  const auto shown = printable(text, true);
  std::fprintf(stderr, "troupe: %s\n", shown.c_str());
}

std::string in_commands(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> all{
    {{"list_runs", "troupe ps -a"},
     {"get_run", "troupe show"},
     {"poll_events", "troupe logs"},
     {"wait_runs", "troupe wait"},
     {"cancel_run", "troupe kill"},
     {"continue_run", "troupe answer"},
     {"spawn_run", "troupe run"},
     {"get_diff", "troupe diff"},
     {"list_worktrees", "troupe worktree list"},
     {"remove_worktree", "troupe worktree remove"}}};
  for (const auto& [tool, command] : all)
    for (auto at = text.find(tool); at != text.npos; at = text.find(tool, at))
      text.replace(at, tool.size(), command);
  return text;
}

int exit_with(const error& why) {
  complain(in_commands(why.message));
  switch (why.code) {
  case errc::unavailable:
    return exit_unreachable;
  case errc::timeout:
    return exit_timeout;
  default:
    return exit_failed;
  }
}

look look_of_stdout() {
  look as{.columns = 0};
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  as.now_ms = seconds * 1000;
  as.utc_offset_s = local.tm_gmtoff;
  if (!isatty(STDOUT_FILENO))
    return as;
  winsize size{};
  as.columns =
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  as.colour =
    !(no_colour && *no_colour) && !(terminal && std::string_view(terminal) == "dumb");
  return as;
}

json naming(std::string_view run) {
  return {{run.starts_with("r_") ? "run_id" : "agent_name", run}};
}

int exit_code_of(run_status status) {
  if (status == run_status::completed)
    return exit_ok;
  if (is_final(status))
    return exit_failed;
  return wants_attention(status) ? exit_attention : exit_timeout;
}

} // namespace troupe::cli
