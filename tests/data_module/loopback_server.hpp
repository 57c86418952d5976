/// A web server on 127.0.0.1 that answers as told, in a thread of this process.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace xgrad::test {

/// A TCP socket bound to a free port of 127.0.0.1. Until it listens, connections to it are refused.
class BoundSocket {
 public:
  BoundSocket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (descriptor_ < 0 || ::bind(descriptor_, generic, size) != 0 || ::getsockname(descriptor_, generic, &size) != 0)
      throw std::runtime_error("cannot bind a socket on 127.0.0.1");
    port_ = ntohs(address.sin_port);
  }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  ~BoundSocket() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

class LoopbackServer {
 public:
  LoopbackServer() {
    if (::listen(socket_.descriptor(), 16) != 0) throw std::runtime_error("cannot listen on 127.0.0.1");
    thread_ = std::thread([this] { serve(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    ::shutdown(socket_.descriptor(), SHUT_RDWR);  // wakes accept
    thread_.join();
    for (int connection : silent_) ::close(connection);
  }

  std::string url(std::string_view path) const { return socket_.url(path); }

  /// 200 with this body; other paths get 404.
  void add(const std::string& path, const std::string& body) { add_raw(path, response("200 OK", body.size(), body)); }
  /// 200 that promises more bytes than come.
  void add_cut_off(const std::string& path, const std::string& body, std::size_t promised) {
    add_raw(path, response("200 OK", promised, body));
  }
  void add_redirect(const std::string& path, const std::string& to) {
    add_raw(path, "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }
  /// 200 whose length nobody says: it ends when the connection does.
  void add_without_length(const std::string& path, const std::string& body) {
    add_raw(path, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body);
  }
  /// Takes the request and never answers.
  void add_silence(const std::string& path) { add_raw(path, ""); }

  /// Paths asked for so far, in order.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static std::string response(std::string_view status, std::size_t length, std::string_view body) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(length) +
           "\r\nConnection: close\r\n\r\n" + std::string(body);
  }

  void add_raw(const std::string& path, std::string bytes) {
    const std::lock_guard lock(mutex_);
    responses_[path] = std::move(bytes);
  }

  void serve() {
    for (;;) {
      const int connection = ::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      const std::string answer = respond_to(receive_request(connection));
      if (answer.empty()) {
        silent_.push_back(connection);
        continue;
      }
      // No SIGPIPE when the client hangs up early, as it does when a callback throws.
      std::size_t sent = 0;
      for (ssize_t n = 1; n > 0 && sent < answer.size(); sent += static_cast<std::size_t>(std::max<ssize_t>(n, 0)))
        n = ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      ::close(connection);
    }
  }

  static std::string receive_request(int connection) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(connection, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      request.append(buffer, static_cast<std::size_t>(n));
    }
    return request;
  }

  std::string respond_to(const std::string& request) {
    const std::size_t start = request.find(' ') + 1;
    const std::string path = request.substr(start, request.find(' ', start) - start);
    const std::lock_guard lock(mutex_);
    requests_.push_back(path);
    const auto found = responses_.find(path);
    return found == responses_.end() ? response("404 Not Found", 9, "not found") : found->second;
  }

  BoundSocket socket_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> responses_;
  std::vector<std::string> requests_;
  std::vector<int> silent_;  // kept open until the end
  std::thread thread_;
};

}  // namespace xgrad::test
