// Ends a frame: waits for its last products and the verdict on its chunk, and streams its status and its sums, which it clears thereby.
//
// run: words of the plan may be issued. frame_end: the frame's last one was, run is low from the next cycle on; idle: no word is before the multipliers;
// status, of the frame so far, stands then; `taken` says that it was seen and the next frame's begins.
// dump, dump_bin: all slots give this bin out, whose sum over the slots is total, TOTAL_LATENCY cycles later.
// f_*: once a frame, whether its chunk was cut off or does not fit. o_*: a word with the status in its low bits, then cfg_bins sums, o_last with the last.
// After reset all BINS are cleared first. Throughput: a word a cycle while o_ready is high, after some 18 cycles between a frame's last word of the plan and
// the status. The next frame's words run again when the last sum was asked for.
module sums_out #(
    parameter int BINS          = 1024,
    parameter int TOTAL_LATENCY = 9,
    localparam int BIN_BITS     = $clog2(BINS)
) (
    input  logic                clk,
    input  logic                rst,
    input  logic [15:0]         cfg_bins,
    output logic                run,
    input  logic                frame_end,
    input  logic                idle,
    input  logic [1:0]          status,
    output logic                taken,
    output logic                dump,
    output logic [BIN_BITS-1:0] dump_bin,
    input  logic [63:0]         total,
    input  logic                f_valid,
    output logic                f_ready,
    input  logic                f_bad,
    output logic                o_valid,
    input  logic                o_ready,
    output logic [63:0]         o_data,
    output logic                o_last
);
    localparam logic [2:0] CLEAR = 0, RUN = 1, DRAIN = 2, VERDICT = 3, DUMP = 4;
    localparam int         TAIL  = 11;  // cycles from a beat to the last one in which its sum is not in the memory

    logic [2:0]  state;
    logic [3:0]  drain;
    logic [15:0] bin;
    logic        room, last_bin;

    assign run      = state == RUN;
    assign f_ready  = state == VERDICT && room;
    assign taken    = f_ready && f_valid;
    assign dump     = state == CLEAR || (state == DUMP && room);
    assign dump_bin = bin[BIN_BITS-1:0];
    assign last_bin = bin == (state == CLEAR ? 16'((1 << BIN_BITS) - 1) : cfg_bins - 1);

    always_ff @(posedge clk) begin
        drain <= idle ? drain - 1 : 4'(TAIL);
        if (dump) bin <= last_bin ? 0 : bin + 1;
        case (state)
            CLEAR:   if (last_bin) state <= RUN;
            RUN:     if (frame_end) state <= DRAIN;
            DRAIN:   if (idle && drain == 0) state <= VERDICT;
            VERDICT: if (taken) state <= cfg_bins == 0 ? RUN : DUMP;
            default: if (room && last_bin) state <= RUN;
        endcase
        if (run) drain <= 4'(TAIL);
        if (rst) begin
            state <= CLEAR;
            bin   <= 0;
        end
    end

    // What is asked for comes TOTAL_LATENCY cycles later; no more is asked for than the queue has room for.
    logic [TOTAL_LATENCY-1:0] asked, asked_last, asked_status;
    logic [1:0]               verdict;
    logic [4:0]               reserved;
    logic                     ask, fits;

    assign ask  = taken || (dump && state == DUMP);
    assign room = !reserved[4] && fits;

    always_ff @(posedge clk) begin
        asked        <= TOTAL_LATENCY'({asked, ask});
        asked_last   <= TOTAL_LATENCY'({asked_last, taken ? cfg_bins == 0 : last_bin});
        asked_status <= TOTAL_LATENCY'({asked_status, taken});
        reserved     <= reserved + 5'(ask) - 5'(o_valid && o_ready);
        if (taken) verdict <= status == 1 ? 1 : f_bad ? 2 : status;
        if (rst) begin
            asked    <= 0;
            reserved <= 0;
        end
    end

    fifo #(.BITS(65), .DEPTH(16)) queue (
        .clk(clk), .rst(rst),
        .in_valid(asked[TOTAL_LATENCY-1]), .in_ready(fits),
        .in_data({asked_last[TOTAL_LATENCY-1], asked_status[TOTAL_LATENCY-1] ? {62'b0, verdict} : total}),
        .out_valid(o_valid), .out_ready(o_ready), .out_data({o_last, o_data})
    );
endmodule
