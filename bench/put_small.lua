-- Sends every prepared PUT once, shared out among wrk's threads; what is left over at the end is not measured.
local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
  thread:set("count", tonumber(os.getenv("BENCH_THREADS")))
end
function init()
  requests, n = {}, 0
  local index = 0
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    if index % count == id then
      local path, headers = line:match("^(%S+)\t(.*)$")
      local fields = {}
      for name, value in headers:gmatch("([^\t=]+)=([^\t]*)\t?") do fields[name] = value end
      requests[#requests + 1] = wrk.format("PUT", path, fields, string.rep("x", 4096))
    end
    index = index + 1
  end
end
function request()
  n = n + 1
  return requests[n] or wrk.format("GET", "/healthz")
end
function response(status)
  if status == 200 and n <= #requests then done = (done or 0) + 1 end
  if status ~= 200 then wrong = status end
end
