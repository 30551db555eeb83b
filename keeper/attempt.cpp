#include "keeper/attempt.hpp"

#include "keeper/files.hpp"
#include "keeper/landlock.hpp"
#include "keeper/log.hpp"
#include "keeper/processes.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t run_id_bytes_max = 64;
constexpr auto round_wait_max = 64ms;
constexpr int rounds_before_complaint = 200;

std::string title_of(const attempt_key& key) {
  return "run " + key.run_id + " attempt=" + std::to_string(key.attempt);
}

/// It becomes part of a path.
bool is_plain(std::string_view id) {
  constexpr std::string_view allowed =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !id.empty() && id.size() <= run_id_bytes_max &&
         id.find_first_not_of(allowed) == std::string_view::npos;
}

bool has_zero_byte(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

/// The system's count of OOM kills since boot (Linux 4.13).
std::optional<std::uint64_t> system_oom_kills() {
  const auto text = read_file("/proc/vmstat");
  const auto at = text ? text->find("\noom_kill ") : std::string::npos;
  if (at == std::string::npos)
    return {};
  std::uint64_t value = 0;
  std::from_chars(text->data() + at + 10, text->data() + text->size(), value);
  return value;
}

std::uint32_t megabytes(std::uint64_t kb) {
  return static_cast<std::uint32_t>((kb + 1023) / 1024);
}

} // namespace

spawned_report refusal(const attempt_key& key, std::string why, bool retriable) {
  spawned_report told;
  told.key = key;
  told.refusal = std::move(why);
  told.retriable = retriable;
  return told;
}

attempt::attempt(const ground& on, spawn_order what, tell to)
  : on_(on), what_(std::move(what)), tell_(std::move(to)), input_(input_on({}, {})) {}

attempt::~attempt() {
  on_.waits.cancel(next_round_);
  if (gone_)
    on_.known.remove(what_.key);
}

std::optional<std::string> attempt::check() const {
  if (!is_plain(what_.key.run_id))
    return "run_id " + what_.key.run_id +
           " is not letters, digits, _ and - (at most 64)";
  if (what_.argv.empty())
    return "no program given; argv is empty";
  if (
    std::ranges::any_of(what_.argv, has_zero_byte) ||
    std::ranges::any_of(what_.env, has_zero_byte) || has_zero_byte(what_.cwd))
    return "argv, env or cwd contains a zero byte; remove it";
  return {};
}

/// Append-only to the agent, and closed to a second open by it (mode 0400).
result<descriptor> attempt::open_transcript(const char* name) const {
  const auto path = what_.dir + "/" + name;
  constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  descriptor file(open(path.c_str(), flags, 0400));
  if (!file && errno == EACCES && chmod(path.c_str(), 0600) == 0) {
    file.reset(open(path.c_str(), flags, 0400));
    chmod(path.c_str(), 0400);
  }
  if (!file)
    return fail_errno(errc::invalid_argument, "cannot open transcript", path);
  return file;
}

std::unique_ptr<input> attempt::input_on(descriptor pipe, descriptor spool) {
  return std::make_unique<input>(
    on_.waits,
    std::move(pipe),
    std::move(spool),
    input::listener{
      [this](std::uint64_t n, std::string_view why) {
        tell_(unwritten_report{what_.key, n, std::string(why)}, {});
      },
      [this] { tell_(closed_report{what_.key}, {}); }});
}

result<launch> attempt::prepare() {
  auto program = find_program(what_.argv.front(), what_.env, what_.cwd);
  if (!program)
    return fail(std::move(program.error()));
  auto out = open_transcript("stdout.ndjson");
  if (!out)
    return fail(std::move(out.error()));
  auto err = open_transcript("stderr.log");
  if (!err)
    return fail(std::move(err.error()));
  std::array<int, 2> pipe_ends{-1, -1};
  if (what_.stdin_open && pipe2(pipe_ends.data(), O_CLOEXEC) < 0)
    return fail_errno(errc::busy, "cannot make a pipe for", "stdin");
  if (!what_.stdin_open)
    pipe_ends[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  else
    fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
  stdio_ = {descriptor(pipe_ends[0]), std::move(*out), std::move(*err)};
  auto spool = what_.stdin_open ? input::make_spool() : descriptor();
  if (what_.stdin_open && !spool)
    return fail_errno(errc::busy, "cannot make a spool for", "stdin");
  input_ = input_on(descriptor(pipe_ends[1]), std::move(spool));
  launch what;
  what.program = std::move(*program);
  what.argv = what_.argv;
  what.env = what_.env;
  what.cwd = what_.cwd;
  what.stdio = {stdio_[0].get(), stdio_[1].get(), stdio_[2].get()};
  what.files = on_.files;
  what.umask = on_.umask;
  what.oom_score_adj = on_.oom_score_adj;
  if (auto held = confine(what); !held)
    return fail(std::move(held.error()));
  return what;
}

result<void> attempt::confine(launch& what) {
  if (!what_.confine)
    return {};
  auto rules = ruleset_for(*what_.confine);
  if (!rules)
    return fail(std::move(rules.error()));
  ruleset_ = std::move(*rules);
  what.ruleset = ruleset_.get();
  if (const auto most = what_.confine->file_mb)
    what.file_bytes = rlimit{rlim_t{*most} << 20, rlim_t{*most} << 20};
  if (const auto most = what_.confine->open_files)
    what.files = rlimit{*most, *most};
  return {};
}

/// A tree that was let go may still see it change, when the attempt is forgotten.
tree::events attempt::tree_events() {
  const std::weak_ptr<const bool> here = tended_;
  return {
    [this](launched agent) { on_started(std::move(agent)); },
    [this](std::string why, bool passes) { on_refused(std::move(why), passes); },
    [this](const ending& how, bool alone) { on_exited(how, alone); },
    [this, here] {
      if (!here.expired())
        look();
    },
    [this, here] {
      if (!here.expired())
        kill_tree();
    }};
}

void attempt::start() {
  if (auto wrong = check())
    return on_refused(std::move(*wrong), false);
  auto what = prepare();
  if (!what)
    return on_refused(what.error().message, what.error().code == errc::busy);
  system_oom_kills_ = system_oom_kills();
  tree_ = plant(on_, what_, tree_events());
  tree_->start(std::move(*what));
  stdio_ = {};
  ruleset_.reset();
}

void attempt::on_started(launched agent) {
  main_ = std::move(agent);
  spawned_report told;
  told.key = what_.key;
  told.pid = main_.pid;
  told.root_pid = tree_->root_pid();
  told.proof = tree_->proof();
  told.memory_limited = tree_->memory_limited();
  told.processes_limited = tree_->processes_limited();
  spawned_ = std::move(told);
  if (spawned_->proof == tier::cgroup) {
    std::vector<int> beside;
    on_.known.add({identify(main_.pid, main_.pidfd.get()), report_of_start(beside)});
  }
  repeat();
}

void attempt::on_refused(std::string why, bool may_pass) {
  spawned_ = refusal(what_.key, std::move(why), may_pass);
  on_.waits.cancel(next_round_);
  tell_(*spawned_, {});
}

void attempt::repeat() const {
  if (!spawned_)
    return;
  if (refused())
    return tell_(*spawned_, {});
  std::vector<int> beside;
  const auto told = report_of_start(beside);
  tell_(told, beside);
}

/// Proved by the group's own counter. Without one: a SIGKILL that was not ours, while
/// the system did kill something for memory.
std::optional<std::string>
attempt::oom(const ending& how, const memory_use& use) const {
  if (use.oom_kills)
    return *use.oom_kills > 0 ? std::optional<std::string>("proved") : std::nullopt;
  const bool by_kill = how.cause == CLD_KILLED && how.status == SIGKILL;
  if (
    !by_kill || killed_ ||
    (system_oom_kills_ && system_oom_kills() == system_oom_kills_))
    return {};
  return "likely";
}

void attempt::on_exited(const ending& how, bool alone) {
  const auto use = tree_->memory();
  exited_report told;
  told.key = what_.key;
  if (how.cause == CLD_EXITED)
    told.code = how.status;
  else if (how.cause != 0)
    told.signal = how.status;
  told.tree_empty = alone;
  told.user_ms = how.user_ms;
  told.system_ms = how.system_ms;
  told.peak_memory_mb = use.peak_mb;
  if (!use.peak_mb && how.rss_kb_max > 0)
    told.peak_memory_mb = megabytes(how.rss_kb_max);
  told.oom = oom(how, use);
  told.forks_refused = tree_->forks_refused();
  told.at = wall_now();
  exited_ = std::move(told);
  if (auto kept =
        replace_file(what_.dir + "/exit.json", to_string(*exited_) + "\n", false);
      !kept)
    log(title_of(what_.key) + " exit.json not written: " + kept.error().message);
  tell_(*exited_, {});
  input_->abandon();
  look();
}

/// The tree is let go only after its callback has returned.
void attempt::look() {
  if (gone_ || !exited_ || !tree_ || tree_->alive())
    return;
  on_.waits.cancel(next_round_);
  gone_ = gone_report{what_.key, tree_->proof(), wall_now()};
  tended_.reset();
  std::ignore =
    on_.waits.after(0ms, [past = std::shared_ptr<tree>(std::move(tree_))] {});
  tell_(*gone_, {});
}

void attempt::signal_main(int signal) {
  if (exited_ || !main_.pidfd || signal < 1 || signal > 64)
    return;
  killed_ |= signal == SIGKILL;
  send_signal(main_.pidfd.get(), signal);
  if (signal != SIGKILL && signal != SIGSTOP && signal != SIGCONT)
    send_signal(main_.pidfd.get(), SIGCONT);
}

void attempt::kill_tree() {
  if (!tree_ || gone_ || refused())
    return;
  on_.waits.cancel(next_round_);
  killed_ = killed_ || !exited_;
  tree_->kill();
  look();
  if (gone_)
    return;
  if (++rounds_ == rounds_before_complaint)
    log(title_of(what_.key) + " does not die; a process may wait for a device");
  const auto wait = std::min(1ms * (1 << std::min(rounds_, 6)), round_wait_max);
  next_round_ = on_.waits.after(wait, [this] { kill_tree(); });
}

void attempt::freeze(bool frozen) {
  if (tree_ && !refused())
    tree_->freeze(frozen);
}

std::optional<tree_use> attempt::use() const {
  if (!tree_ || !spawned_ || refused())
    return {};
  return tree_->use();
}

std::optional<kept_attempt> attempt::kept() const {
  if (!spawned_ || refused())
    return {};
  return kept_attempt{*spawned_, exited_, gone_, input_->last()};
}

} // namespace troupe::keeper
