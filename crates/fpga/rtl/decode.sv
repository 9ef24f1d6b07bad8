// Chunks to decoded blocks: header, decoder and block buffer, wired.
// s_*: chunks. rd_*, u_*, f_*: blocks and verdicts. For all see README.md.
module decode #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                           clk,
    input  logic                           rst,
    input  logic [1:0]                     cfg_elem_log2,
    input  logic [31:0]                    cfg_elems,
    input  logic [13:0]                    cfg_block_elems,
    input  logic [16:0]                    cfg_blocks,
    input  logic                           cfg_raw,
    input  logic                           s_valid,
    output logic                           s_ready,
    input  logic [8*WIDTH-1:0]             s_data,
    input  logic [WIDTH-1:0]               s_keep,
    input  logic                           s_last,
    input  logic                           rd_en,
    input  logic                           rd_buf,
    input  logic [$clog2(BLOCK_BYTES)-1:0] rd_addr,
    output logic [8*WIDTH-1:0]             rd_data,
    output logic                           u_valid,
    input  logic                           u_ready,
    output logic                           u_buf,
    output logic [13:0]                    u_elems,
    output logic                           u_raw,
    output logic [1:0]                     u_status,
    output logic [31:0]                    u_planes,
    output logic                           f_valid,
    input  logic                           f_ready,
    output logic                           f_bad
);
    logic d_valid, d_ready, d_raw, d_bad, b_valid, b_ready;
    logic [15:0] d_size;
    logic [13:0] d_elems;
    logic [8*WIDTH-1:0] b_data;
    logic [$clog2(WIDTH):0] b_count;

    bslz4_header #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) header (
        .clk, .rst, .cfg_elem_log2, .cfg_elems, .cfg_block_elems, .cfg_blocks, .cfg_raw,
        .s_valid, .s_ready, .s_data, .s_keep, .s_last, .d_valid, .d_ready, .d_size, .d_elems, .d_raw, .d_bad,
        .b_valid, .b_ready, .b_data, .b_count, .f_valid, .f_ready, .f_bad
    );
    lz4_decode #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) blocks (
        .clk, .rst, .cfg_elem_log2, .cfg_block_elems, .d_valid, .d_ready, .d_size, .d_elems, .d_raw, .d_bad,
        .b_valid, .b_ready, .b_data, .b_count,
        .rd_en, .rd_buf, .rd_addr, .rd_data, .u_valid, .u_ready, .u_buf, .u_elems, .u_raw, .u_status, .u_planes
    );
endmodule
