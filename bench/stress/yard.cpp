#include "bench/stress/yard.hpp"

#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::stress {

namespace fs = std::filesystem;

namespace {

constexpr int end_patience_ms = 10'000;

std::string in_use;

bool is_service(int pid) {
  return program_of(pid) == fs::path(service_program()).filename();
}

/// Supervisors first: what they would start again is then nobody's. By pid, and only
/// below a directory of ours.
void sweep() {
  if (in_use.empty())
    return;
  const auto since = clock::now();
  for (auto left = processes_below(in_use); !left.empty();
       left = processes_below(in_use)) {
    for (const auto pid : left)
      if (!is_service(pid))
        kill(pid, SIGKILL);
    for (const auto pid : left)
      kill(pid, SIGKILL);
    if (ms_since(since) > end_patience_ms)
      return;
    poll(nullptr, 0, 1);
  }
  std::error_code ignored;
  fs::remove_all(in_use, ignored);
  in_use.clear();
}

} // namespace

yard::yard(int services) : services_(services) {
  auto name = (fs::temp_directory_path() / "troupe-peers-XXXXXX").string();
  if (!mkdtemp(name.data()))
    give_up("no temporary directory");
  directory_ = in_use = fs::canonical(name).string();
  on_giving_up(sweep);
  const auto fifo = directory_ + "/.told";
  if (mkfifo(fifo.c_str(), 0600) != 0)
    give_up("no FIFO");
  told_ = keeper::descriptor(open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  for (int n = 0; n < services; ++n)
    fs::create_directory(place_of(n));
}

yard::~yard() {
  sweep();
}

std::string yard::place_of(int service) const {
  return directory_ + "/s" + std::to_string(service);
}

void yard::write(std::string_view name, std::string_view text) const {
  std::ofstream(directory_ + "/" + std::string(name)) << text;
}

std::vector<int> yard::supervisors() const {
  auto found = processes_below(directory_);
  std::erase_if(found, is_service);
  return found;
}

std::optional<yard::word> yard::next(int patience) {
  line_splitter::line line{};
  while (!lines_.next(line)) {
    pollfd ready{told_.get(), POLLIN, 0};
    std::array<char, 4096> some{};
    if (poll(&ready, 1, patience) <= 0)
      return std::nullopt;
    const auto n = read(told_.get(), some.data(), some.size());
    if (n > 0)
      lines_.push({some.data(), static_cast<std::size_t>(n)});
  }
  word heard;
  char letter = 0;
  std::istringstream text{std::string(line.text)};
  text >> letter >> heard.service >> heard.pid >> heard.at_ns;
  if (!text || heard.service < 0 || heard.service >= services_)
    give_up("a service told nonsense: " + std::string(line.text));
  return heard;
}

std::string service_program() {
  return fs::read_symlink("/proc/self/exe").parent_path() / "troupe-stress-service";
}

} // namespace troupe::stress
