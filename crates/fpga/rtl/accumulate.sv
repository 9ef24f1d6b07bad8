// Integrates the frames of one lane: takes words of the plan, multiplies the pixels that they name and adds the products to the sums of bins.
//
// w_*: words of the plan. p_*, r_*: pixel_buffer, whose two cycles of latency stand still while r_en is low; it is the same for all banks. f_*: the verdict on the frame's chunk.
// o_*: for every frame its status in a word of 64 bits, then cfg_bins sums. Words for a block with a bad status are taken without effect.
// wait_*: a pulse, never two at once, for every cycle lost to: pixels that are not there, words of the plan that are not, upper halves of values (of 16 bits, 17 with a sign),
// the sums of the frame before (and the clearing after reset).
// Throughput: a word of SLOTS entries a cycle, two for a word with a value that needs its upper half; no cycle between blocks. A frame's end takes
// cfg_bins and some 20 cycles. A reset must last three cycles where BINS is less than 8, else one.
module accumulate #(
    parameter int SLOTS       = 16,
    parameter int BINS        = 1024,
    parameter int BLOCK_BYTES = 8192,
    localparam int BIN_BITS   = $clog2(BINS),
    localparam int LINES      = BLOCK_BYTES / SLOTS,
    localparam int LINE_BITS  = $clog2(LINES)
) (
    input  logic                       clk,
    input  logic                       rst,
    input  logic                       cfg_signed,
    input  logic [16:0]                cfg_blocks,
    input  logic [15:0]                cfg_bins,
    input  logic                       w_valid,
    output logic                       w_ready,
    input  logic [64*SLOTS-1:0]        w_data,
    input  logic                       p_valid,
    output logic                       p_ready,
    input  logic [1:0]                 p_status,
    output logic [SLOTS-1:0]           r_en,
    output logic [LINE_BITS*SLOTS-1:0] r_line,
    input  logic [33*SLOTS-1:0]        r_data,
    input  logic                       f_valid,
    output logic                       f_ready,
    input  logic                       f_bad,
    output logic                       o_valid,
    input  logic                       o_ready,
    output logic [63:0]                o_data,
    output logic                       o_last,
    output logic                       wait_pixels,
    output logic                       wait_plan,
    output logic                       wait_second,
    output logic                       wait_output
);
    logic                      q_valid, q_last, go, run, issue, frame_end;
    logic [SLOTS-1:0]          q_used, q_variance;
    logic [BIN_BITS*SLOTS-1:0] q_bin;
    logic [32*SLOTS-1:0]       q_coefficient;
    logic [16:0]               block;

    plan_queue #(.SLOTS(SLOTS), .BINS(BINS), .LINES(LINES)) queue (
        .clk(clk), .rst(rst), .in_valid(w_valid), .in_ready(w_ready), .in_data(w_data),
        .q_valid(q_valid), .q_ready(issue), .q_last(q_last), .q_used(q_used), .q_variance(q_variance), .q_line(r_line), .q_bin(q_bin),
        .q_coefficient(q_coefficient)
    );

    assign issue     = q_valid && p_valid && go && run;
    assign p_ready   = q_valid && q_last && go && run;
    assign frame_end = issue && q_last && block + 1 == cfg_blocks;

    assign wait_pixels = run && go && q_valid && !p_valid;
    assign wait_plan   = run && go && !q_valid && p_valid;
    assign wait_second = !go;
    assign wait_output = !run && go;

    // Words on the way beside their pixels: read, held, then two stages in slot_product. All stand still for the upper half of the last.
    logic                      read_valid, held_valid, a_valid, b_valid, halt, hold, second, taken;
    logic [SLOTS-1:0]          wide, marked;
    logic                      read_good, is_malformed, is_cut, is_marked;

    assign halt = go && a_valid && wide != 0;
    assign go   = !hold;

    always_ff @(posedge clk) begin
        hold   <= halt;
        second <= hold;
        if (go) begin
            read_valid <= issue;
            read_good  <= p_status == 0;
            held_valid <= read_valid;
            a_valid    <= held_valid;
            b_valid    <= a_valid;
        end
        if (issue && q_last) block <= frame_end ? 0 : block + 1;
        if (issue && p_status == 1) is_malformed <= 1;
        if (issue && p_status == 2) is_cut <= 1;
        if (a_valid && marked != 0) is_marked <= 1;
        if (rst || taken) {is_malformed, is_cut, is_marked} <= 0;
        if (rst) begin
            block      <= 0;
            hold       <= 0;
            second     <= 0;
            read_valid <= 0;
            held_valid <= 0;
            a_valid    <= 0;
            b_valid    <= 0;
        end
    end

    logic [64*SLOTS-1:0] sums;
    logic [63:0]         total;
    logic                dump;
    logic [BIN_BITS-1:0] dump_bin;

    for (genvar s = 0; s < SLOTS; s++) begin : slots
        slot #(.BINS(BINS)) one (
            .clk(clk), .rst(rst), .cfg_signed(cfg_signed), .halt(halt), .go(r_en[s]), .in_valid(read_valid && read_good),
            .in_used(q_used[s]), .in_variance(q_variance[s]), .in_bin(q_bin[BIN_BITS*s+:BIN_BITS]), .in_coefficient(q_coefficient[32*s+:32]),
            .in_marked(r_data[33*s+32]), .in_value(r_data[33*s+:32]),
            .wide(wide[s]), .marked(marked[s]), .beat(b_valid), .second(second),
            .dump(dump), .dump_bin(dump_bin), .out_sum(sums[64*s+:64])
        );
    end

    sum_tree #(.SLOTS(SLOTS)) tree (.clk(clk), .in_words(sums), .out_sum(total));

    sums_out #(.BINS(BINS), .TOTAL_LATENCY(5 + $clog2(SLOTS))) ending (
        .clk(clk), .rst(rst), .cfg_bins(cfg_bins), .run(run), .frame_end(frame_end),
        .idle(!(read_valid || held_valid || a_valid || b_valid)),
        .status(is_malformed ? 2'd1 : is_cut ? 2'd2 : is_marked ? 2'd3 : 2'd0), .taken(taken),
        .dump(dump), .dump_bin(dump_bin), .total(total),
        .f_valid(f_valid), .f_ready(f_ready), .f_bad(f_bad),
        .o_valid(o_valid), .o_ready(o_ready), .o_data(o_data), .o_last(o_last)
    );
endmodule
