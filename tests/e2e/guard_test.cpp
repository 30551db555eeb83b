#include "tests/e2e/daemon.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::e2e {

namespace {

/// A test within the test, which starts a daemon and an agent and is killed then.
class killed_test : public daemon_test {
public:
  void TestBody() override {}

  [[noreturn]] void start_and_say(int fd) {
    auto me = join();
    const auto run_id = spawn(*me, {"tree"});
    const bool there = !me->event_of(run_id, "agent_message").is_null();
    const auto place = place_.path().string();
    if (there && write(fd, place.data(), place.size()) < 0)
      _exit(9);
    close(fd);
    for (;;)
      pause();
  }
};

std::string all_from(int fd) {
  std::string text;
  std::array<char, 256> some{};
  for (ssize_t n = 0; (n = read(fd, some.data(), some.size())) > 0;)
    text.append(some.data(), static_cast<std::size_t>(n));
  return text;
}

class guarding : public daemon_test {};

} // namespace

TEST_F(guarding, ATestThatIsKilledTakesItsDaemonAndItsAgentsAlong) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const auto child = fork();
  if (child == 0) {
    close(ends[0]);
    killed_test().start_and_say(ends[1]);
  }
  close(ends[1]);
  const std::filesystem::path place = all_from(ends[0]);
  close(ends[0]);
  EXPECT_FALSE(place.empty()) << "it did not come to its agent";
  EXPECT_EQ(kill(child, SIGKILL), 0);
  waitpid(child, nullptr, 0);

  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(place); }));
  marker_ = place.filename();
  EXPECT_TRUE(place.empty() || processes().empty()) << described(processes());
  marker_ = place_.path().filename();
}

} // namespace troupe::e2e
