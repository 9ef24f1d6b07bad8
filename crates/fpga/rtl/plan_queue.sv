// The words of the plan that wait in a lane, 16 at most, with only the bits that the design uses.
//
// An entry whose bin or line does not exist here, or whose spare bits are not 0, is not valid.
// Latency: a cycle. Throughput: a word a cycle.
module plan_queue #(
    parameter int SLOTS      = 16,
    parameter int BINS       = 1024,
    parameter int LINES      = 512,
    localparam int BIN_BITS  = $clog2(BINS),
    localparam int LINE_BITS = $clog2(LINES)
) (
    input  logic                       clk,
    input  logic                       rst,
    input  logic                       in_valid,
    output logic                       in_ready,
    input  logic [64*SLOTS-1:0]        in_data,
    output logic                       q_valid,
    input  logic                       q_ready,
    output logic                       q_last,
    output logic [SLOTS-1:0]           q_used,
    output logic [SLOTS-1:0]           q_variance,
    output logic [LINE_BITS*SLOTS-1:0] q_line,
    output logic [BIN_BITS*SLOTS-1:0]  q_bin,
    output logic [32*SLOTS-1:0]        q_coefficient
);
    // No register behind the memory, as `fifo` has it: q_ready comes late and would have to reach all its bits.
    logic       lasts [0:15];
    logic [3:0] head, tail;
    logic [4:0] count;
    logic       put, take;

    assign in_ready = !count[4];
    assign put      = in_valid && in_ready;
    assign take     = q_valid && q_ready;
    assign q_last   = lasts[head];

    always_ff @(posedge clk) begin
        if (put) lasts[tail] <= in_data[61];
        head    <= head + 4'(take);
        tail    <= tail + 4'(put);
        count   <= count + 5'(put) - 5'(take);
        q_valid <= put || (take ? count[4:1] != 0 : q_valid);
        if (rst) begin
            head    <= 0;
            tail    <= 0;
            count   <= 0;
            q_valid <= 0;
        end
    end

    // Each slot has a memory of its own for its entries, and places in it that are the same in all: one register for all of them would lie far from most.
    localparam int BITS = 34 + LINE_BITS + BIN_BITS;
    for (genvar s = 0; s < SLOTS; s++) begin : entry
        logic [15:0]     its_bin;
        logic [10:0]     its_line;
        logic [2:0]      its_spare;
        logic            used;
        logic [BITS-1:0] words [0:15];
        logic [3:0]      first, free;
        assign its_bin = in_data[64*s+32+:16];
        assign its_line = in_data[64*s+48+:11];
        assign its_spare = {s > 0 && in_data[64*s+61], in_data[64*s+59+:2]};
        assign used = in_data[64*s+63] && its_spare == 0 && {1'b0, its_bin} < 17'(BINS) && {1'b0, its_line} < 12'(LINES);

        always_ff @(posedge clk) begin
            if (put) words[free] <= {used, in_data[64*s+62], its_line[LINE_BITS-1:0], its_bin[BIN_BITS-1:0], in_data[64*s+:32]};
        end
        (* keep *) always_ff @(posedge clk) begin
            first <= rst ? 0 : first + 4'(take);
            free  <= rst ? 0 : free + 4'(put);
        end
        assign {q_used[s], q_variance[s], q_line[LINE_BITS*s+:LINE_BITS], q_bin[BIN_BITS*s+:BIN_BITS], q_coefficient[32*s+:32]} = words[first];
    end
endmodule
