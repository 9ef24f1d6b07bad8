// One lane: a compressed chunk in, the sums of its frame out.
//
// s_*: chunks, one after the other. w_*: words of the plan, those of all blocks of a frame for every chunk. o_*: for every frame its status, then cfg_bins sums.
// lost_*: a pulse for every cycle in which no word of the plan began, by what it waited for: bytes of the chunk, the LZ4 decoder, the bit transpose,
// upper halves of values, words of the plan, the output.
// Throughput: that of its slowest stage; blocks are buffered twice between stages, so that one slow block does not stop them all.
module lane #(
    parameter int WIDTH       = 16,
    parameter int SLOTS       = 16,
    parameter int BINS        = 1024,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                clk,
    input  logic                rst,
    input  logic [1:0]          cfg_elem_log2,
    input  logic                cfg_signed,
    input  logic                cfg_raw,
    input  logic [31:0]         cfg_elems,
    input  logic [13:0]         cfg_block_elems,
    input  logic [16:0]         cfg_blocks,
    input  logic [15:0]         cfg_bins,
    input  logic                cfg_marks,
    input  logic [31:0]         cfg_mark_low0,
    input  logic [31:0]         cfg_mark_span0,
    input  logic [31:0]         cfg_mark_low1,
    input  logic [31:0]         cfg_mark_span1,
    input  logic                s_valid,
    output logic                s_ready,
    input  logic [8*WIDTH-1:0]  s_data,
    input  logic [WIDTH-1:0]    s_keep,
    input  logic                s_last,
    input  logic                w_valid,
    output logic                w_ready,
    input  logic [64*SLOTS-1:0] w_data,
    output logic                o_valid,
    input  logic                o_ready,
    output logic [63:0]         o_data,
    output logic                o_last,
    output logic                lost_input,
    output logic                lost_decode,
    output logic                lost_unshuffle,
    output logic                lost_second,
    output logic                lost_plan,
    output logic                lost_output
);
    /* verilator no_inline_module */
    localparam int ADDR_BITS = $clog2(BLOCK_BYTES);
    localparam int LINE_BITS = $clog2(BLOCK_BYTES / SLOTS);

    logic                       rd_en, rd_buf, u_valid, u_ready, u_buf, u_raw, f_valid, f_ready, f_bad;
    logic [ADDR_BITS-1:0]       rd_addr;
    logic [8*WIDTH-1:0]         rd_data;
    logic [13:0]                u_elems;
    logic [1:0]                 u_status, w_status, p_status;
    logic [31:0]                u_planes;
    logic                       room, take, done, p_valid, p_ready, wait_pixels;
    logic [SLOTS-1:0]           mask, r_en;
    logic [LINE_BITS-1:0]       line;
    logic [33*SLOTS-1:0]        pixels, r_data;
    logic [LINE_BITS*SLOTS-1:0] r_line;

    decode #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) decoding (
        .clk, .rst, .cfg_elem_log2, .cfg_elems, .cfg_block_elems, .cfg_blocks, .cfg_raw, .s_valid, .s_ready, .s_data, .s_keep, .s_last,
        .rd_en, .rd_buf, .rd_addr, .rd_data, .u_valid, .u_ready, .u_buf, .u_elems, .u_raw, .u_status, .u_planes, .f_valid, .f_ready, .f_bad
    );
    bit_unshuffle #(.WIDTH(WIDTH), .SLOTS(SLOTS), .BLOCK_BYTES(BLOCK_BYTES)) unshuffling (
        .clk, .rst, .cfg_elem_log2, .cfg_signed, .cfg_marks, .cfg_mark_low0, .cfg_mark_span0, .cfg_mark_low1, .cfg_mark_span1,
        .u_valid, .u_ready, .u_buf, .u_elems, .u_raw, .u_status, .u_planes, .rd_en, .rd_buf, .rd_addr, .rd_data,
        .w_room(room), .w_take(take), .w_mask(mask), .w_line(line), .w_data(pixels), .w_done(done), .w_status(w_status)
    );
    pixel_buffer #(.SLOTS(SLOTS), .BLOCK_BYTES(BLOCK_BYTES)) buffered (
        .clk, .rst, .w_room(room), .w_take(take), .w_mask(mask), .w_line(line), .w_data(pixels), .w_done(done), .w_status(w_status),
        .p_valid, .p_ready, .p_status, .r_en, .r_line, .r_data
    );
    accumulate #(.SLOTS(SLOTS), .BINS(BINS), .BLOCK_BYTES(BLOCK_BYTES)) summing (
        .clk, .rst, .cfg_signed, .cfg_blocks, .cfg_bins, .w_valid, .w_ready, .w_data, .p_valid, .p_ready, .p_status, .r_en, .r_line, .r_data,
        .f_valid, .f_ready, .f_bad, .o_valid, .o_ready, .o_data, .o_last,
        .wait_pixels(wait_pixels), .wait_plan(lost_plan), .wait_second(lost_second), .wait_output(lost_output)
    );

    // Who keeps the sums waiting for pixels: a block that is decoded is in the hands of the transpose; else the decoder works, or starves.
    assign lost_unshuffle = wait_pixels && u_valid;
    assign lost_input     = wait_pixels && !u_valid && s_ready && !s_valid;
    assign lost_decode    = wait_pixels && !u_valid && !(s_ready && !s_valid);
endmodule
