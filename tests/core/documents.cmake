# SPDX-License-Identifier: Apache-2.0
add_library(core_samples STATIC samples.cpp samples_hold.cpp jsonwalk.cpp)
holdfast_target(core_samples)
target_include_directories(core_samples PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(core_samples PUBLIC holdfast_core)

foreach(name bounds documents refusals requestvector wholelists)
    holdfast_test(core_${name} SOURCES ${name}_test.cpp LIBS core_samples LABELS unit)
endforeach()
# Many thousand signatures and keys are checked: slow under sanitizers.
holdfast_test(core_tampering SOURCES tampering_test.cpp LIBS core_samples LABELS unit TIMEOUT 600)
holdfast_test(core_schema SOURCES schema_test.cpp schemacheck.cpp LIBS core_samples LABELS unit TIMEOUT 600)
