#include "io/clients.hpp"

#include "io/timers.hpp"

#include "door.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

namespace troupe::io {
namespace {

using namespace std::chrono_literals;

struct Clients : door {};

TEST_F(Clients, AreToldWhoTheyAreByTheKernel) {
  const auto client = connect();

  const auto [id, who] = joined.next();

  std::string cgroup;
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("0::"))
      cgroup = line.substr(3);
  EXPECT_EQ(who.pid, ::getpid());
  EXPECT_EQ(who.uid, ::geteuid());
  EXPECT_EQ(who.cgroup, cgroup);
  ASSERT_FALSE(who.ancestors.empty());
  EXPECT_EQ(who.ancestors.front(), ::getppid());
}

TEST_F(Clients, BeyondTheLimitAreToldSoAndClosed) {
  std::vector<plug> crowd;
  for (int i = 0; i < clients::clients_max; ++i)
    crowd.push_back(connect());
  EXPECT_EQ(joined.take(clients::clients_max).size(), 512U);

  auto late = connect();
  EXPECT_EQ(
    late.line(),
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":")"
    "this Troupe daemon already serves 512 clients, which is its limit; close one "
    R"(that is no longer needed, then connect again"}})");
  EXPECT_TRUE(late.ends());
  crowd.pop_back();
  EXPECT_EQ(left.next().why, "closed");

  client_id who = 0;
  const auto next = connect(who);
  EXPECT_EQ(who, 513U);
}

TEST_F(Clients, OfAnotherUserAreClosedWithoutAWord) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "only root can become another user";
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
  ASSERT_EQ(::chmod(path.c_str(), 0777), 0);
  const auto at = unix_address(path);

  const pid_t stranger = ::fork();
  if (stranger == 0) {
    const int s = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::setresuid(65534, 65534, 65534) != 0)
      ::_exit(3);
    if (::connect(s, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
      ::_exit(4);
    char byte = 0;
    ::_exit(::recv(s, &byte, 1, 0) == 0 ? 0 : 5);
  }
  int status = -1;
  ::waitpid(stranger, &status, 0);

  EXPECT_EQ(status, 0);
  EXPECT_TRUE(joined.take_all().empty());
}

TEST_F(Clients, WaitWhileTheProcessHasNoDescriptorForThem) {
  auto early = plug(descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  const auto at = unix_address(path);
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};
  inbox<bool> waited;
  timers clock(on);
  const auto cpu = [] {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  };

  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto connected =
    ::connect(early.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at);
  const auto before = cpu();
  clock.after(300ms, [&] { waited.put(true); });
  waited.next();
  const auto used = cpu() - before;
  const auto meanwhile = joined.take_all().size();
  ::setrlimit(RLIMIT_NOFILE, &usual);

  EXPECT_EQ(connected, 0);
  EXPECT_EQ(meanwhile, 0U);
  EXPECT_LT(used, 150ms);
  EXPECT_EQ(joined.next().second.pid, ::getpid());
}

TEST_F(Clients, StayWhenNoNewOnesAreAccepted) {
  client_id who = 0;
  auto client = connect(who);

  subject.stop_accepting();
  settle();

  descriptor late(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto at = unix_address(path);
  EXPECT_EQ(
    ::connect(late.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
  subject.send(who, "still here");
  EXPECT_EQ(client.line(), "still here");
}

TEST_F(Clients, MayAllBeClosedInsideACallback) {
  const auto inner = dir.path("inner");
  inbox<bool> ended;
  std::unique_ptr<clients> brief;
  brief = std::make_unique<clients>(
    on,
    listen_at(inner).release(),
    client_events{
      .joined = [](client_id, const peer&) {},
      .said =
        [&](client_id, const std::string&, bool) {
          brief.reset();
          ended.put(true);
        },
      .left = [&](client_id, const std::string&) { ended.put(false); }});
  auto client = plug::into(inner);

  client.say("one\ntwo\n");

  EXPECT_TRUE(ended.next());
  EXPECT_TRUE(client.ends());
  settle();
  EXPECT_TRUE(ended.take_all().empty());
}

TEST_F(Clients, IgnoreWhatIsSentToSomeoneUnknown) {
  subject.send(99, "hello?");
  subject.acknowledge(99);
  subject.close(99);
  settle();

  client_id who = 0;
  auto client = connect(who);
  subject.send(who, "hello");
  EXPECT_EQ(client.line(), "hello");
}

TEST_F(Clients, FromManyThreadsEachGetTheirOwnAnswers) {
  constexpr int crowd = 32, each = 100;
  inbox<bool> done;
  std::vector<std::thread> threads;
  for (int c = 0; c < crowd; ++c)
    threads.emplace_back([&, c] {
      auto client = plug::into(path);
      for (int i = 0; i < each; ++i) {
        const auto line = std::to_string(c) + "." + std::to_string(i);
        client.say(line + "\n");
        EXPECT_EQ(client.line(), "echo " + line);
      }
      done.put(true);
    });

  for (int i = 0; i < crowd * each; ++i) {
    const auto s = said.next();
    subject.send(s.who, "echo " + s.line);
    subject.acknowledge(s.who);
  }

  EXPECT_EQ(done.take(crowd).size(), static_cast<std::size_t>(crowd));
  for (auto& t : threads)
    t.join();
  EXPECT_EQ(left.take(crowd).size(), static_cast<std::size_t>(crowd));
}

} // namespace
} // namespace troupe::io
