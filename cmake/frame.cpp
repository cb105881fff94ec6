// Nothing: a target that holds precompiled headers must have a source. See mmsim.cmake.
