# The message compilers read a text of one byte a character: messages.mc, which is UTF-8, becomes
# one of the code page 1252. The letters that German has beside ASCII are the same in 1250, 1254,
# 1257 and 1258. Any other character is an error.
#
#   cmake -DIN=FILE -DOUT=FILE -P codepage.cmake
file(READ "${IN}" text)
set(letters ä ö ü Ä Ö Ü ß)
set(codes 228 246 252 196 214 220 223)
set(rest "${text}")
foreach(letter code IN ZIP_LISTS letters codes)
  string(ASCII ${code} byte)
  string(REPLACE "${letter}" "${byte}" text "${text}")
  string(REPLACE "${letter}" "" rest "${rest}")
endforeach()
string(REGEX MATCH "[^\t\r\n -~]" other "${rest}")
if(NOT other STREQUAL "")
  message(FATAL_ERROR "${IN} has a character that no code page of a message compiler knows: ${other}")
endif()
file(WRITE "${OUT}" "${text}")
