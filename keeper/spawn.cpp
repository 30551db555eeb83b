#include "keeper/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace troupe::keeper {

namespace {

constexpr std::size_t stack_bytes = 64 << 10;
constexpr std::size_t handed_max = 4;
constexpr unsigned close_range_cloexec = 4;
constexpr long signal_set_bytes = 8;

/// Everything the child reads, made ready before it exists; it shares our memory, so
/// that its last word (`why`) is seen here without a pipe.
struct child_job {
  const char* program;
  char** argv;
  char** env;
  const char* cwd;
  std::array<int, 3> stdio;
  std::array<int, handed_max> handed;
  unsigned handed_count;
  std::array<int, 2> procs;
  const rlimit* files;
  const rlimit* file_bytes;
  const char* oom_score_adj;
  unsigned long oom_score_adj_bytes;
  int ruleset;
  const mode_t* umask;
  launch_failure why;
};

struct kernel_sigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};

int refuse(child_job& job, launch_step step) {
  job.why = {step, errno};
  return 127;
}

/// clone3 leaves what the parent ignores ignored; agents expect defaults.
void reset_signals() {
  const kernel_sigaction standard{};
  for (int s = 1; s <= 64; ++s)
    if (s != SIGKILL && s != SIGSTOP)
      syscall(SYS_rt_sigaction, s, &standard, nullptr, signal_set_bytes);
}

bool place(int fd, int at) {
  if (fd < 0)
    return syscall(SYS_close, at), true;
  return syscall(SYS_dup3, fd, at, 0) >= 0;
}

bool place_all(const child_job& job) {
  for (unsigned i = 0; i < job.stdio.size(); ++i)
    if (!place(job.stdio[i], static_cast<int>(i)))
      return false;
  for (unsigned i = 0; i < job.handed_count; ++i)
    if (!place(job.handed[i], static_cast<int>(3 + i)))
      return false;
  return syscall(SYS_close_range, 3 + job.handed_count, ~0U, close_range_cloexec) >= 0;
}

/// Likelier to be ended than what supervises it, if memory runs out; without /proc it
/// stays as it is.
void offer_to_oom_killer(const child_job& job) {
  if (job.oom_score_adj_bytes == 0)
    return;
  const auto file =
    syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC, 0);
  if (file < 0)
    return;
  syscall(SYS_write, file, job.oom_score_adj, job.oom_score_adj_bytes);
  syscall(SYS_close, file);
}

bool put_on_fence(const child_job& job) {
  const rlimit no_core{0, 0};
  return job.ruleset < 0 ||
         (syscall(SYS_prlimit64, 0, RLIMIT_CORE, &no_core, nullptr) >= 0 &&
          syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) >= 0 &&
          syscall(SYS_landlock_restrict_self, job.ruleset, 0U) >= 0);
}

/// Runs in the child, in our memory, on its own stack: system calls only.
__attribute__((no_sanitize("address", "undefined"))) int child(void* argument) {
  auto& job = *static_cast<child_job*>(argument);
  if (syscall(SYS_setsid) < 0)
    return refuse(job, launch_step::session);
  for (unsigned i = 0; i < job.procs.size(); ++i)
    if (job.procs[i] >= 0 && syscall(SYS_write, job.procs[i], "0", 1) < 0)
      return refuse(job, launch_step::group);
  if (!place_all(job))
    return refuse(job, launch_step::stdio);
  if (job.files && syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, job.files, nullptr) < 0)
    return refuse(job, launch_step::files);
  if (
    job.file_bytes &&
    syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, job.file_bytes, nullptr) < 0)
    return refuse(job, launch_step::files);
  if (*job.cwd && syscall(SYS_chdir, job.cwd) < 0)
    return refuse(job, launch_step::cwd);
  if (job.umask)
    syscall(SYS_umask, *job.umask);
  offer_to_oom_killer(job);
  if (!put_on_fence(job))
    return refuse(job, launch_step::confine);
  reset_signals();
  const std::uint64_t none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, signal_set_bytes);
  syscall(SYS_execve, job.program, job.argv, job.env);
  return refuse(job, launch_step::exec);
}

/// clone3 whose child runs `run(argument)` on the stack given in `args` and exits with
/// its answer. Negative errno on failure.
long clone_and_run(clone_args* args, int (*run)(void*), void* argument) {
#if defined(__x86_64__)
  register auto kept_run asm("r12") = run;
  register auto kept_argument asm("r13") = argument;
  long answer = SYS_clone3;
  asm volatile("syscall\n"
               "test %%rax, %%rax\n"
               "jnz 1f\n"
               "xor %%ebp, %%ebp\n"
               "mov %[argument], %%rdi\n"
               "call *%[run]\n"
               "mov %%eax, %%edi\n"
               "mov %[leave], %%eax\n"
               "syscall\n"
               "hlt\n"
               "1:\n"
               : "+a"(answer)
               : "D"(args),
                 "S"(sizeof *args),
                 [run] "r"(kept_run),
                 [argument] "r"(kept_argument),
                 [leave] "i"(SYS_exit_group)
               : "rcx", "r11", "memory", "cc");
  return answer;
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_clone3;
  register long answer asm("x0") = reinterpret_cast<long>(args);
  register long size asm("x1") = sizeof *args;
  register auto kept_run asm("x19") = run;
  register auto kept_argument asm("x20") = argument;
  asm volatile("svc #0\n"
               "cbnz x0, 1f\n"
               "mov x29, xzr\n"
               "mov x0, %[argument]\n"
               "blr %[run]\n"
               "mov x8, %[leave]\n"
               "svc #0\n"
               "brk #1\n"
               "1:\n"
               : "+r"(answer)
               : "r"(size),
                 "r"(number),
                 [run] "r"(kept_run),
                 [argument] "r"(kept_argument),
                 [leave] "i"(SYS_exit_group)
               : "x30", "memory", "cc");
  return answer;
#else
#error                                                                                 \
  "keeper/spawn.cpp: clone3 onto an own stack is written for x86-64 and aarch64 only"
#endif
}

/// One stack is enough: the parent sleeps until its child has left it.
void* child_stack() {
  thread_local void* const stack = mmap(
    nullptr,
    stack_bytes,
    PROT_READ | PROT_WRITE,
    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK,
    -1,
    0);
  return stack == MAP_FAILED ? nullptr : stack;
}

/// Moves low descriptors out of the way of the numbers they are to be placed on.
int lifted(int fd, std::vector<descriptor>& held) {
  constexpr int first_free = 3 + static_cast<int>(handed_max);
  if (fd < 0 || fd >= first_free)
    return fd;
  held.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, first_free));
  return held.back().get();
}

tl::expected<launched, launch_failure> run(child_job& job, int cgroup) {
  void* const stack = child_stack();
  if (!stack)
    return tl::unexpected(launch_failure{launch_step::clone, ENOMEM});
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  args.stack = reinterpret_cast<std::uintptr_t>(stack);
  args.stack_size = stack_bytes;
  if (cgroup >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(cgroup);
  }
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  const long pid = clone_and_run(&args, child, &job);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0)
    return tl::unexpected(launch_failure{launch_step::clone, static_cast<int>(-pid)});
  launched born{static_cast<int>(pid), descriptor(pidfd)};
  if (job.why.error == 0)
    return born;
  waitpid(born.pid, nullptr, 0);
  return tl::unexpected(job.why);
}

} // namespace

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> own_environment(std::string_view but) {
  const auto mark = std::string(but) + "=";
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry)
    if (but.empty() || !std::string_view(*entry).starts_with(mark))
      all.emplace_back(*entry);
  return all;
}

tl::expected<launched, launch_failure> start(const launch& what) {
  auto argv = pointers(what.argv);
  auto env = pointers(what.env);
  std::vector<descriptor> held;
  child_job job{};
  job.program = what.program.c_str();
  job.argv = argv.data();
  job.env = env.data();
  job.cwd = what.cwd.c_str();
  for (std::size_t i = 0; i < job.stdio.size(); ++i)
    job.stdio[i] = lifted(what.stdio[i], held);
  job.handed_count = static_cast<unsigned>(std::min(what.handed.size(), handed_max));
  for (std::size_t i = 0; i < job.handed_count; ++i)
    job.handed[i] = lifted(what.handed[i], held);
  job.procs = what.procs;
  job.files = what.files ? &*what.files : nullptr;
  job.file_bytes = what.file_bytes ? &*what.file_bytes : nullptr;
  job.oom_score_adj = what.oom_score_adj.c_str();
  job.oom_score_adj_bytes = what.oom_score_adj.size();
  job.ruleset = lifted(what.ruleset, held);
  if (std::ranges::any_of(held, [](const auto& fd) { return !fd; }))
    return tl::unexpected(launch_failure{launch_step::stdio, EMFILE});
  job.umask = what.umask ? &*what.umask : nullptr;
  return run(job, what.cgroup);
}

bool may_pass(const launch_failure& why) {
  constexpr std::array passing{EAGAIN, EMFILE, ENFILE, ENOMEM, ETXTBSY};
  return std::ranges::find(passing, why.error) != passing.end();
}

} // namespace troupe::keeper
