# A digest of source files as a C++ file, so that a program can tell whether another one has the same model.
#
#   cmake -DROOT=DIR -DFILES="a;b" -DOUTPUT=x.cpp -DSYMBOL=name -P source_digest.cmake
set(all "")
foreach(file ${FILES})
  file(SHA256 ${ROOT}/${file} digest)
  string(APPEND all "${file} ${digest}\n")
endforeach()
string(SHA256 digest "${all}")
string(SUBSTRING ${digest} 0 10 digest)
file(WRITE ${OUTPUT} "extern const char ${SYMBOL}[];\nconst char ${SYMBOL}[] = \"${digest}\";\n")
