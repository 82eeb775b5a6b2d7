-- What wrk asks for: one kind of work, for one resident after the other, in an order that is another one each time. In the
-- order of their accounts neighbours would share pages, and in a small store all of them are neighbours.
--   wrk … <address> -- <work> <path> <file of residents: username, session or access token>
local work, path, residents, number, started = nil, nil, {}, 0, os.time()

local function encoded(text)
  return (text:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end))
end

function init(args)
  work, path = args[1], args[2]
  for line in io.lines(args[3]) do
    local username, session = line:match("^(%S+) (%S+)$")
    local headers = { ["Accept-Encoding"] = "br" }
    if work == "read" or work == "update" then headers["Cookie"] = "nameplate=" .. session end
    if work == "get-user" or work == "update-user" then
      local operation = work == "get-user" and "GetUser" or "UpdateUserAttributes"
      headers["Content-Type"] = "application/x-amz-json-1.1"
      headers["X-Amz-Target"] = "AWSCognitoIdentityProviderService." .. operation
    end
    if work == "update" or work == "sign-in" then
      headers["Accept"] = "application/json"
      headers["Sec-Fetch-Site"] = "same-origin"
      headers["Content-Type"] = "application/x-www-form-urlencoded"
    end
    local whole = nil
    if work == "fetch" or work == "read" then whole = wrk.format("GET", path, headers) end
    if work == "get-user" then whole = wrk.format("POST", path, headers, '{"AccessToken":"' .. session .. '"}') end
    residents[#residents + 1] = { username = username, session = session, headers = headers, whole = whole }
  end
  math.randomseed(started)
  for last = #residents, 2, -1 do
    local other = math.random(last)
    residents[last], residents[other] = residents[other], residents[last]
  end
end

-- Never the same value again: a change that changes nothing is none.
local function nickname()
  return "N" .. started .. "." .. number
end

function request()
  number = number + 1
  local resident = residents[number % #residents + 1]
  if resident.whole then return resident.whole end
  local body
  if work == "update" then
    body = "attributes%5Bnickname%5D=" .. nickname()
  elseif work == "update-user" then
    body = '{"AccessToken":"' .. resident.session .. '","UserAttributes":[{"Name":"nickname","Value":"' .. nickname() .. '"}]}'
  else
    body = "username=" .. resident.username .. "&password=" .. encoded(os.getenv("BENCH_PASSWORD"))
  end
  return wrk.format("POST", path, resident.headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
