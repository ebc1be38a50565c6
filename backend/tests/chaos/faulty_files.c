/* Makes one file operation below a folder fail: loaded with LD_PRELOAD into every process of a server under test.
 *
 * FAULTY_FOLDER  only operations on paths below it count
 * FAULTY_COUNTER a file of 8 bytes, shared by all processes: how many operations there were
 * FAULTY_AT      the number of the operation that fails, from 1; 0 only counts
 * FAULTY_HOW     an errno as a number; "kill" ends all processes of the group before the operation; "torn" writes half
 *                of what is written, then ends all processes (other operations: like "kill")
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder, *how;
static size_t folder_length;
static long fail_at;
static _Atomic long *counter;
enum { NO_FAULT = 0, KILL = -1, TORN = -2 };

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("FAULTY_COUNTER");
    folder = getenv("FAULTY_FOLDER");
    how = getenv("FAULTY_HOW");
    if (!path || !folder || !how) { folder = NULL; return; }
    folder_length = strlen(folder);
    fail_at = atol(getenv("FAULTY_AT") ? getenv("FAULTY_AT") : "0");
    int descriptor = REAL(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0 || REAL(ftruncate)(descriptor, sizeof *counter)) { folder = NULL; return; }
    counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (counter == MAP_FAILED) folder = NULL;
}

static void end_all(void) { kill(0, SIGKILL); pause(); }

/* NO_FAULT, a positive errno, KILL or TORN. */
static int fault(void) {
    if (atomic_fetch_add(counter, 1) + 1 != fail_at) return NO_FAULT;
    if (!strcmp(how, "kill")) return KILL;
    if (!strcmp(how, "torn")) return TORN;
    return atoi(how);
}

static int counts_path(const char *path) {
    char full[PATH_MAX];
    if (!folder || !path) return 0;
    if (path[0] != '/') {
        size_t length;
        if (!getcwd(full, sizeof full) || (length = strlen(full)) + strlen(path) + 2 > sizeof full) return 0;
        full[length] = '/';
        strcpy(full + length + 1, path);
        path = full;
    }
    return !strncmp(path, folder, folder_length);
}

static int counts_descriptor(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return path[0] == '/' && !strncmp(path, folder, folder_length);
}

static int fails(int counts) {
    int found = counts ? fault() : NO_FAULT;
    if (found < 0) end_all();
    if (found > 0) errno = found;
    return found;
}

#define MODE_OF(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
#define WRITES(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(WRITES(flags) && counts_path(path)) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(WRITES(flags) && counts_path(path)) ? -1 : REAL(open64)(path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(WRITES(flags) && counts_path(path)) ? -1 : REAL(openat)(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(WRITES(flags) && counts_path(path)) ? -1 : REAL(openat64)(at, path, flags, mode);
}

#define WRITE_FAULT(descriptor, half) \
    int found = counts_descriptor(descriptor) ? fault() : NO_FAULT; \
    if (found == TORN) { half; } \
    if (found < 0) end_all(); \
    if (found > 0) { errno = found; return -1; }

ssize_t write(int descriptor, const void *data, size_t size) {
    WRITE_FAULT(descriptor, (void)!REAL(write)(descriptor, data, size / 2))
    return REAL(write)(descriptor, data, size);
}
ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
    WRITE_FAULT(descriptor, (void)!REAL(pwrite)(descriptor, data, size / 2, offset))
    return REAL(pwrite)(descriptor, data, size, offset);
}
ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
    WRITE_FAULT(descriptor, (void)!REAL(pwrite64)(descriptor, data, size / 2, offset))
    return REAL(pwrite64)(descriptor, data, size, offset);
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    WRITE_FAULT(descriptor, (void)!REAL(writev)(descriptor, parts, (count + 1) / 2))
    return REAL(writev)(descriptor, parts, count);
}

#define ON_DESCRIPTOR(name, ...) return fails(counts_descriptor(descriptor)) ? -1 : REAL(name)(descriptor, ##__VA_ARGS__)
int fsync(int descriptor) { ON_DESCRIPTOR(fsync); }
int fdatasync(int descriptor) { ON_DESCRIPTOR(fdatasync); }
int ftruncate(int descriptor, off_t size) { ON_DESCRIPTOR(ftruncate, size); }
int ftruncate64(int descriptor, off64_t size) { ON_DESCRIPTOR(ftruncate64, size); }
int posix_fallocate(int descriptor, off_t offset, off_t size) {
    int found = fails(counts_descriptor(descriptor));
    return found ? found : REAL(posix_fallocate)(descriptor, offset, size);
}

#define ON_PATH(name, path, ...) return fails(counts_path(path)) ? -1 : REAL(name)(__VA_ARGS__)
int rename(const char *from, const char *to) { ON_PATH(rename, to, from, to); }
int renameat(int at, const char *from, int other, const char *to) { ON_PATH(renameat, to, at, from, other, to); }
int unlink(const char *path) { ON_PATH(unlink, path, path); }
int unlinkat(int at, const char *path, int flags) {
    int counts = at == AT_FDCWD ? counts_path(path) : counts_descriptor(at);
    return fails(counts) ? -1 : REAL(unlinkat)(at, path, flags);
}
int rmdir(const char *path) { ON_PATH(rmdir, path, path); }
int mkdir(const char *path, mode_t mode) { ON_PATH(mkdir, path, path, mode); }
int link(const char *from, const char *to) { ON_PATH(link, to, from, to); }
int linkat(int at, const char *from, int other, const char *to, int flags) {
    ON_PATH(linkat, to, at, from, other, to, flags);
}
