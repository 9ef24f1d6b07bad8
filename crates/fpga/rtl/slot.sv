// One slot: its product and its sums. The ports are those of slot_product and slot_sum, but for halt: high when `go` is to be low in the next cycle;
// a dump must come when no product is on its way.
//
// Latency: from a beat to its sum in the memory eleven cycles; from dump to out_sum five. Throughput: one half of a product a cycle.
module slot #(
    parameter int BINS      = 1024,
    localparam int BIN_BITS = $clog2(BINS)
) (
    input  logic                clk,
    input  logic                rst,
    input  logic                cfg_signed,
    input  logic                halt,
    input  logic                in_used,
    input  logic                in_variance,
    input  logic [BIN_BITS-1:0] in_bin,
    input  logic [31:0]         in_coefficient,
    input  logic                in_marked,
    input  logic [31:0]         in_value,
    output logic                wide,
    output logic                marked,
    input  logic                beat,
    input  logic                second,
    input  logic                dump,
    input  logic [BIN_BITS-1:0] dump_bin,
    output logic [63:0]         out_sum
);
    logic                p_used, p_dump, hold, go;
    logic [BIN_BITS-1:0] p_bin;
    logic [63:0]         p_term;

    // The same in all slots, and kept in each: one register for all of them would lie far from most.
    (* keep *) always_ff @(posedge clk) hold <= halt && !rst;
    assign go = !hold;

    slot_product #(.BIN_BITS(BIN_BITS)) product (.*);

    slot_sum #(.BINS(BINS)) sum (
        .clk(clk), .rst(rst), .in_used(p_used), .in_dump(p_dump), .in_bin(p_bin), .in_term(p_term), .out_sum(out_sum)
    );
endmodule
