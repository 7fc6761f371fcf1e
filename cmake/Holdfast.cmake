# SPDX-License-Identifier: Apache-2.0
# What every target of the project shares: language level, warnings, Qt's strict definitions, and how a test is declared.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_AUTOMOC ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(QT_QML_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/qml)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

# Off in installer/run: a newer compiler's opinion must not keep anybody from installing. Tests always build with it.
option(HOLDFAST_WERROR "Treat warnings as errors" ON)
option(HOLDFAST_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
# What unnamed namespaces name must be unique in a library then. Off in the dev preset.
option(HOLDFAST_BATCH "Compile sources by the dozen, over one precompiled header: in half the time" ON)

find_program(HOLDFAST_CCACHE ccache)
if(HOLDFAST_CCACHE)
    # ccache leaves what uses a precompiled header alone until it is told that the header changes with its contents only.
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${HOLDFAST_CCACHE})
endif()
if(HOLDFAST_BATCH)
    set(CMAKE_UNITY_BUILD ON)
    set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
    set(CMAKE_CXX_FLAGS_DEBUG -g1) # what a backtrace names; a debugger wants the dev preset
endif()
find_program(HOLDFAST_LLD ld.lld)
if(HOLDFAST_LLD)
    add_link_options(-fuse-ld=lld)
endif()

# Flags for a target of ours. `QML` leaves out -Wshadow, which fires in the code that qmlcachegen writes.
function(holdfast_target target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "QML" "" "")
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/app)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic $<$<BOOL:${HOLDFAST_WERROR}>:-Werror> -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
        -Woverloaded-virtual -Wnull-dereference -Wzero-as-null-pointer-constant -fstack-protector-strong
        $<$<NOT:$<BOOL:${arg_QML}>>:-Wshadow>
        $<$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:${HOLDFAST_SANITIZE}>>>:-D_FORTIFY_SOURCE=2>)
    target_compile_definitions(${target} PRIVATE
        QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY QT_NO_URL_CAST_FROM_STRING
        QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_NO_FOREACH QT_NO_KEYWORDS QT_STRICT_ITERATORS
        QT_DISABLE_DEPRECATED_BEFORE=0x060400 SPDLOG_FMT_EXTERNAL)
    if(HOLDFAST_BATCH AND NOT target STREQUAL holdfast_precompiled)
        target_precompile_headers(${target} REUSE_FROM holdfast_precompiled)
    endif()
    if(HOLDFAST_SANITIZE)
        target_compile_options(${target} PUBLIC -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
        # As a shared library beside AddressSanitizer's, this one heeds no log_path: what a process without an output did would never be told.
        target_link_options(${target} PUBLIC -fsanitize=address,undefined -static-libubsan)
    endif()
endfunction()

# The one precompiled header, of what nearly every source reads. It links Qt Core alone: GCC refuses a header that was made under a
# macro which the source does not have.
function(holdfast_precompiled_header)
    if(NOT HOLDFAST_BATCH)
        return()
    endif()
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "// Carries the precompiled header.\n")
    add_library(holdfast_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
    set_target_properties(holdfast_precompiled PROPERTIES AUTOMOC OFF UNITY_BUILD OFF)
    holdfast_target(holdfast_precompiled)
    target_link_libraries(holdfast_precompiled PRIVATE Qt6::Core)
    target_precompile_headers(holdfast_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)
endfunction()

# holdfast_test(name SOURCES a.cpp … LIBS core … [LABELS …] [SERIAL]): one Qt Test executable, one ctest entry.
function(holdfast_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;LIBS;LABELS")
    add_executable(${name} ${arg_SOURCES})
    holdfast_target(${name} QML)
    target_link_libraries(${name} PRIVATE Qt6::Test ${arg_LIBS})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(HOLDFAST_SANITIZE)
        math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 5") # Argon2 alone takes six times as long
        set(watchdog ";QTEST_FUNCTION_TIMEOUT=1500000") # of Qt Test itself, five times its own
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
        ENVIRONMENT "QT_FORCE_STDERR_LOGGING=1;QT_QPA_PLATFORM=offscreen;HOLDFAST_SHARED=${CMAKE_SOURCE_DIR}/../shared;HOLDFAST_SOURCE=${CMAKE_SOURCE_DIR};HOLDFAST_BIN=${CMAKE_BINARY_DIR}/bin${watchdog}")
    if(arg_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
    endif()
endfunction()
