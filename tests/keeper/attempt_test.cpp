#include "keeper/attempt.hpp"
#include "tests/keeper/world.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// One attempt in a cgroup. Nothing is heard of it but when the test waits.
class AttemptInACgroup : public testing::Test {
protected:
  AttemptInACgroup() {
    auto form = (fs::temp_directory_path() / "troupe-attempt-XXXXXX").string();
    root_ = mkdtemp(form.data());
  }
  ~AttemptInACgroup() override { fs::remove_all(root_); }

  void SetUp() override {
    if (!groups_.usable())
      GTEST_SKIP() << "no cgroup v2 that may be used here";
  }

  /// One that ends when its stdin does.
  void begin() {
    spawn_order what;
    what.key = {"r_attempt", ++began_};
    what.argv = {"/bin/cat"};
    what.cwd = what.dir = root_;
    what.stdin_open = true;
    gone_ = heard_late_ = false;
    std::string group;
    attempt_ = std::make_unique<attempt>(
      on_, what, [&](const report& said, std::span<const int>) { note(said, group); });
    attempt_->start();
    ASSERT_FALSE(group.empty());
    for (auto* file : {&events_, &watched_})
      file->reset(open((group + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
  }

  void note(const report& said, std::string& group) {
    if (const auto* born = std::get_if<spawned_report>(&said); born && born->left)
      group = born->left->cgroup;
    gone_ = gone_ || std::holds_alternative<gone_report>(said);
  }

  /// Waits until the kernel tells that nothing lives in the group.
  void await_empty_group() const {
    std::array<char, 128> text{};
    pollfd told{events_.get(), POLLPRI, 0};
    do
      ASSERT_EQ(poll(&told, 1, 10'000), 1);
    while (pread(events_.get(), text.data(), text.size(), 0) > 0 &&
           std::string_view(text.data()).starts_with("populated 1"));
  }

  /// What there is already, and no more.
  void hear() {
    std::ignore = waits_.after(0ms, [] {});
    waits_.wait();
  }

  fs::path root_;
  poller waits_;
  children kids_;
  cgroups groups_{"attempt" + std::to_string(getpid())};
  roster known_{root_};
  ground on_{waits_, kids_, groups_, known_};
  std::unique_ptr<attempt> attempt_;
  descriptor events_;
  descriptor watched_; ///< The same file, of which nothing is read.
  std::uint32_t began_ = 0;
  bool gone_ = false;
  bool heard_late_ = false;
};

/// In one batch the keeper reaps the agent, is told to forget it, and hears that its
/// group is empty. Only the kernel decides whether the last is in that batch: it is
/// tried until it was.
TEST_F(AttemptInACgroup, IsForgottenBeforeItsGroupIsHeardOf) {
  const descriptor order(eventfd(0, EFD_CLOEXEC));
  waits_.watch(order.get(), EPOLLIN | EPOLLET, [this](std::uint32_t) {
    kids_.reap();
    if (gone_)
      attempt_.reset();
  });
  for (int tries = 0; tries < 100 && !heard_late_; ++tries) {
    begin();
    waits_.watch(watched_.get(), EPOLLPRI | EPOLLET, [this](std::uint32_t) {
      heard_late_ = !attempt_;
    });
    hear();
    eventfd_write(order.get(), 1);
    attempt_->close();
    await_empty_group();
    hear();
    waits_.forget(watched_.get());
    for (; attempt_ && !gone_; hear())
      kids_.reap();
    attempt_.reset();
  }
  EXPECT_TRUE(heard_late_);
}

} // namespace
} // namespace troupe::keeper
