# SPDX-License-Identifier: Apache-2.0
foreach(name approval denial drift ruling registrychain)
    holdfast_test(core_${name} SOURCES ${name}_test.cpp LIBS core_samples LABELS unit)
endforeach()
