// The design: LANES frames at once, from compressed chunks to sums of bins.
//
// axil_*: registers (registers.sv has their addresses). s_*, o_*: a stream of chunks in and one of sums out for each lane, side by side.
// ar_*, r_*: the plan's memory, in bursts of words of 64*SLOTS bits (plan_fetch.sv). Every start goes through the plan once, for one chunk of each lane;
// the next start may be written as soon as the plan was asked for to its end. A lane without a frame gets a chunk of no bytes.
// Throughput: a word of the plan a cycle, when all lanes have pixels for it.
module top #(
    parameter int LANES       = 4,
    parameter int WIDTH       = 16,
    parameter int SLOTS       = 16,
    parameter int BINS        = 1024,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                     clk,
    input  logic                     rst,
    input  logic                     axil_awvalid,
    output logic                     axil_awready,
    input  logic [11:0]              axil_awaddr,
    input  logic                     axil_wvalid,
    output logic                     axil_wready,
    input  logic [31:0]              axil_wdata,
    output logic                     axil_bvalid,
    input  logic                     axil_bready,
    output logic [1:0]               axil_bresp,
    input  logic                     axil_arvalid,
    output logic                     axil_arready,
    input  logic [11:0]              axil_araddr,
    output logic                     axil_rvalid,
    input  logic                     axil_rready,
    output logic [31:0]              axil_rdata,
    output logic [1:0]               axil_rresp,
    input  logic [LANES-1:0]         s_valid,
    output logic [LANES-1:0]         s_ready,
    input  logic [8*WIDTH*LANES-1:0] s_data,
    input  logic [WIDTH*LANES-1:0]   s_keep,
    input  logic [LANES-1:0]         s_last,
    output logic [LANES-1:0]         o_valid,
    input  logic [LANES-1:0]         o_ready,
    output logic [64*LANES-1:0]      o_data,
    output logic [LANES-1:0]         o_last,
    output logic                     ar_valid,
    input  logic                     ar_ready,
    output logic [39:0]              ar_addr,
    output logic [7:0]               ar_len,
    input  logic                     r_valid,
    output logic                     r_ready,
    input  logic [64*SLOTS-1:0]      r_data
);
    logic [31:0] cfg_elems, cfg_mark_low0, cfg_mark_span0, cfg_mark_low1, cfg_mark_span1, cfg_words;
    logic [13:0] cfg_block_elems;
    logic [16:0] cfg_blocks;
    logic [15:0] cfg_bins;
    logic [39:0] cfg_base;
    logic [1:0]  cfg_elem_log2;
    logic        cfg_signed, cfg_raw, cfg_marks, start, start_ready, clear, reset, within_reset;

    logic [LANES-1:0]         w_valid, w_ready;
    logic [64*SLOTS-1:0]      w_data;
    logic [48*7*LANES-1:0]    counts;
    logic [6:0]               lost[LANES];

    registers #(.LANES(LANES), .WIDTH(WIDTH), .SLOTS(SLOTS), .BINS(BINS), .BLOCK_BYTES(BLOCK_BYTES)) control (
        .clk, .rst, .axil_awvalid, .axil_awready, .axil_awaddr, .axil_wvalid, .axil_wready, .axil_wdata, .axil_bvalid, .axil_bready, .axil_bresp,
        .axil_arvalid, .axil_arready, .axil_araddr, .axil_rvalid, .axil_rready, .axil_rdata, .axil_rresp,
        .cfg_elems, .cfg_block_elems, .cfg_blocks, .cfg_elem_log2, .cfg_signed, .cfg_raw, .cfg_marks, .cfg_bins,
        .cfg_mark_low0, .cfg_mark_span0, .cfg_mark_low1, .cfg_mark_span1, .cfg_base, .cfg_words, .start, .start_ready, .clear, .reset, .counts
    );

    // A reset that is written reaches all but the registers.
    always_ff @(posedge clk) within_reset <= rst || reset;

    // As deep as block RAM is: words on their way cover the memory's latency, some hundred cycles.
    plan_fetch #(.SLOTS(SLOTS), .LANES(LANES), .DEPTH(512)) plan (
        .clk, .rst(within_reset), .cfg_base, .cfg_words, .start, .start_ready, .ar_valid, .ar_ready, .ar_addr, .ar_len, .r_valid, .r_ready, .r_data,
        .w_valid, .w_ready, .w_data
    );

    for (genvar i = 0; i < LANES; i++) begin : g_lane
        assign lost[i][0] = 1'b1;
        lane #(.WIDTH(WIDTH), .SLOTS(SLOTS), .BINS(BINS), .BLOCK_BYTES(BLOCK_BYTES)) one (
            .clk, .rst(within_reset), .cfg_elem_log2, .cfg_signed, .cfg_raw, .cfg_elems, .cfg_block_elems, .cfg_blocks, .cfg_bins, .cfg_marks,
            .cfg_mark_low0, .cfg_mark_span0, .cfg_mark_low1, .cfg_mark_span1,
            .s_valid(s_valid[i]), .s_ready(s_ready[i]), .s_data(s_data[8*WIDTH*i+:8*WIDTH]), .s_keep(s_keep[WIDTH*i+:WIDTH]), .s_last(s_last[i]),
            .w_valid(w_valid[i]), .w_ready(w_ready[i]), .w_data(w_data),
            .o_valid(o_valid[i]), .o_ready(o_ready[i]), .o_data(o_data[64*i+:64]), .o_last(o_last[i]),
            .lost_input(lost[i][1]), .lost_decode(lost[i][2]), .lost_unshuffle(lost[i][3]), .lost_second(lost[i][4]), .lost_plan(lost[i][5]),
            .lost_output(lost[i][6])
        );
        for (genvar c = 0; c < 7; c++) begin : g_count
            counter counted (.clk, .clear, .pulse(lost[i][c]), .count(counts[48*(7*i+c)+:48]));
        end
    end
endmodule
