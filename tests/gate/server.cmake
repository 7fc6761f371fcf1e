# SPDX-License-Identifier: Apache-2.0
holdfast_test(gate_server SOURCES ${CMAKE_SOURCE_DIR}/tests/gate/server_test.cpp LIBS holdfast_server Qt6::Network LABELS gate)
