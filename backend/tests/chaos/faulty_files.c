/* Makes file operations below a folder fail: loaded with LD_PRELOAD into every process of a server under test.
 *
 * FAULTY_FOLDER   only operations on paths below it count
 * FAULTY_CONTROL  a file that all processes and the harness share: struct control, see below
 * FAULTY_LOG      gets a line "number name path" for each operation (mode RECORD), or for each that fails
 *
 * The harness changes the control at any time, so that one process can live through many faults.
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
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
    _Atomic long count;  /* operations so far */
    _Atomic long first;  /* the number of the first operation that fails, from 1; 0 for none */
    _Atomic long length; /* how many operations fail from there on */
    _Atomic long how;    /* an errno, or KILL, TORN, ROOM */
    _Atomic long group;  /* the process group of the server, which TORN ends as well */
    _Atomic long record; /* whether every operation is logged */
};
/* KILL ends the process that calls; TORN writes half, then ends it and the server, as a power cut does; ROOM is ENOSPC
 * for whatever needs room, and lets everything else pass. */
enum { NO_FAULT = 0, KILL = -1, TORN = -2, ROOM = -3 };

static const char *folder, *log_path;
static size_t folder_length;
static struct control *control;

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("FAULTY_CONTROL");
    folder = getenv("FAULTY_FOLDER");
    log_path = getenv("FAULTY_LOG");
    if (!path || !folder) { folder = NULL; return; }
    /* A process may replace its environment later. */
    folder = strdup(folder);
    if (log_path) log_path = strdup(log_path);
    folder_length = strlen(folder);
    int descriptor = REAL(open)(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) { folder = NULL; return; }
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (control == MAP_FAILED) folder = NULL;
}

static void end_all(int how) {
    if (how == TORN && control->group > 1) kill(-(pid_t)control->group, SIGKILL);
    kill(getpid(), SIGKILL);
    pause();
}

static void note(long number, const char *name, const char *path) {
    char line[PATH_MAX + 64];
    if (!log_path) return;
    int descriptor = REAL(open)(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path + folder_length);
    (void)!REAL(write)(descriptor, line, length);
    close(descriptor);
}

/* NO_FAULT, a positive errno, KILL or TORN for one more operation. */
static int fault(const char *name, const char *path, int needs_room) {
    int saved = errno;
    long number = ++control->count;
    long first = control->first, how = control->how;
    int hit = first && number >= first && number < first + control->length && !(how == ROOM && !needs_room);
    if (hit || control->record) note(number, name, path);
    errno = saved;
    return !hit ? NO_FAULT : how == ROOM ? ENOSPC : (int)how;
}

static const char *counted_path(const char *path, char *full) {
    if (!folder || !path) return NULL;
    if (path[0] != '/') {
        size_t length;
        if (!getcwd(full, PATH_MAX) || (length = strlen(full)) + strlen(path) + 2 > PATH_MAX) return NULL;
        full[length] = '/';
        strcpy(full + length + 1, path);
        path = full;
    }
    return strncmp(path, folder, folder_length) ? NULL : path;
}

static const char *counted_descriptor(int descriptor, char *path) {
    char link[64];
    if (!folder) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int saved = errno;
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    errno = saved;
    if (length <= 0) return NULL;
    path[length] = 0;
    return path[0] == '/' && !strncmp(path, folder, folder_length) ? path : NULL;
}

static int fails(const char *name, const char *path, int needs_room) {
    int found = path ? fault(name, path, needs_room) : NO_FAULT;
    if (found < 0) end_all(found);
    if (found > 0) errno = found;
    return found;
}

#define MODE_OF(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
#define WRITES(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))
#define OPEN_FAILS(name) fails(name, WRITES(flags) ? counted_path(path, full) : NULL, flags & O_CREAT)

int open(const char *path, int flags, ...) {
    char full[PATH_MAX];
    MODE_OF(flags)
    return OPEN_FAILS("open") ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    char full[PATH_MAX];
    MODE_OF(flags)
    return OPEN_FAILS("open") ? -1 : REAL(open64)(path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
    char full[PATH_MAX];
    MODE_OF(flags)
    return OPEN_FAILS("open") ? -1 : REAL(openat)(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    char full[PATH_MAX];
    MODE_OF(flags)
    return OPEN_FAILS("open") ? -1 : REAL(openat64)(at, path, flags, mode);
}

#define WRITE_FAULT(name, descriptor, half) \
    char path[PATH_MAX]; \
    const char *counted = counted_descriptor(descriptor, path); \
    int found = counted ? fault(name, counted, 1) : NO_FAULT; \
    if (found == TORN) { half; } \
    if (found < 0) end_all(found); \
    if (found > 0) { errno = found; return -1; }

ssize_t write(int descriptor, const void *data, size_t size) {
    WRITE_FAULT("write", descriptor, (void)!REAL(write)(descriptor, data, size / 2))
    return REAL(write)(descriptor, data, size);
}
ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
    WRITE_FAULT("pwrite", descriptor, (void)!REAL(pwrite)(descriptor, data, size / 2, offset))
    return REAL(pwrite)(descriptor, data, size, offset);
}
ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
    WRITE_FAULT("pwrite", descriptor, (void)!REAL(pwrite64)(descriptor, data, size / 2, offset))
    return REAL(pwrite64)(descriptor, data, size, offset);
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    WRITE_FAULT("writev", descriptor, (void)!REAL(writev)(descriptor, parts, (count + 1) / 2))
    return REAL(writev)(descriptor, parts, count);
}
ssize_t sendfile(int descriptor, int from, off_t *offset, size_t size) {
    WRITE_FAULT("sendfile", descriptor, (void)!REAL(sendfile)(descriptor, from, offset, size / 2))
    return REAL(sendfile)(descriptor, from, offset, size);
}
ssize_t sendfile64(int descriptor, int from, off64_t *offset, size_t size) {
    WRITE_FAULT("sendfile", descriptor, (void)!REAL(sendfile64)(descriptor, from, offset, size / 2))
    return REAL(sendfile64)(descriptor, from, offset, size);
}
ssize_t copy_file_range(int from, off64_t *at, int descriptor, off64_t *to, size_t size, unsigned flags) {
    WRITE_FAULT("copy_file_range", descriptor, (void)!REAL(copy_file_range)(from, at, descriptor, to, size / 2, flags))
    return REAL(copy_file_range)(from, at, descriptor, to, size, flags);
}

#define ON_DESCRIPTOR(name, needs_room, ...) \
    char path[PATH_MAX]; \
    return fails(#name, counted_descriptor(descriptor, path), needs_room) ? -1 : REAL(name)(descriptor, ##__VA_ARGS__)
int fsync(int descriptor) { ON_DESCRIPTOR(fsync, 0); }
int fdatasync(int descriptor) { ON_DESCRIPTOR(fdatasync, 0); }
int ftruncate(int descriptor, off_t size) { ON_DESCRIPTOR(ftruncate, 0, size); }
int ftruncate64(int descriptor, off64_t size) { ON_DESCRIPTOR(ftruncate64, 0, size); }
int fallocate(int descriptor, int mode, off_t offset, off_t size) { ON_DESCRIPTOR(fallocate, 1, mode, offset, size); }
int fallocate64(int descriptor, int mode, off64_t offset, off64_t size) {
    ON_DESCRIPTOR(fallocate64, 1, mode, offset, size);
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
    char path[PATH_MAX];
    int found = fails("posix_fallocate", counted_descriptor(descriptor, path), 1);
    return found ? found : REAL(posix_fallocate)(descriptor, offset, size);
}
int posix_fallocate64(int descriptor, off64_t offset, off64_t size) {
    char path[PATH_MAX];
    int found = fails("posix_fallocate", counted_descriptor(descriptor, path), 1);
    return found ? found : REAL(posix_fallocate64)(descriptor, offset, size);
}

#define ON_PATH(name, needs_room, path, ...) \
    char full[PATH_MAX]; \
    return fails(#name, counted_path(path, full), needs_room) ? -1 : REAL(name)(__VA_ARGS__)
int rename(const char *from, const char *to) { ON_PATH(rename, 0, to, from, to); }
int renameat(int at, const char *from, int other, const char *to) { ON_PATH(renameat, 0, to, at, from, other, to); }
int unlink(const char *path) { ON_PATH(unlink, 0, path, path); }
int unlinkat(int at, const char *path, int flags) {
    char full[PATH_MAX];
    const char *counted = at == AT_FDCWD ? counted_path(path, full) : counted_descriptor(at, full);
    return fails("unlinkat", counted, 0) ? -1 : REAL(unlinkat)(at, path, flags);
}
int rmdir(const char *path) { ON_PATH(rmdir, 0, path, path); }
int mkdir(const char *path, mode_t mode) { ON_PATH(mkdir, 1, path, path, mode); }
int symlink(const char *target, const char *path) { ON_PATH(symlink, 1, path, target, path); }
int link(const char *from, const char *to) { ON_PATH(link, 1, to, from, to); }
int linkat(int at, const char *from, int other, const char *to, int flags) {
    ON_PATH(linkat, 1, to, at, from, other, to, flags);
}
