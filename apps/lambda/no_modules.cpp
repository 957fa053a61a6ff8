// SPDX-License-Identifier: Apache-2.0
// In a static binary glibc's look-ups of hosts and services load whatever modules the machine's nsswitch.conf names, and abort where those do
// not fit; dlopen(3) is no better. Libraries refer to them on paths that are never taken (OpenSSL's connecting BIOs and its loader of
// engines, c-ares' names of services, libstdc++'s conversions of character sets). These stand in their place, so that none of glibc's is in the binary; tools/build_lambda.sh looks.
#include <dlfcn.h>
#include <iconv.h>
#include <netdb.h>

extern "C" {

int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) { return EAI_FAIL; }
void freeaddrinfo(addrinfo*) noexcept {}
int getnameinfo(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int) { return EAI_FAIL; }
hostent* gethostbyname(const char*) { return nullptr; }
hostent* gethostbyaddr(const void*, socklen_t, int) { return nullptr; }
servent* getservbyname(const char*, const char*) { return nullptr; }
servent* getservbyport(int, const char*) { return nullptr; }
int getservbyport_r(int, const char*, servent*, char*, size_t, servent** found) { return *found = nullptr, 0; }
iconv_t iconv_open(const char*, const char*) { return reinterpret_cast<iconv_t>(-1); }
size_t iconv(iconv_t, char**, size_t*, char**, size_t*) { return static_cast<size_t>(-1); }
int iconv_close(iconv_t) { return -1; }
void* dlopen(const char*, int) noexcept { return nullptr; }
void* dlsym(void*, const char*) noexcept { return nullptr; }
int dlclose(void*) noexcept { return -1; }
char* dlerror() noexcept { return nullptr; }
int dladdr(const void*, Dl_info*) noexcept { return 0; }

}
