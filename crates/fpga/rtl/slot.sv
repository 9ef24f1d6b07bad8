// One slot: the entries on their way beside their pixels, its product and its sums. The ports are those of slot_product and slot_sum, but for these:
// in_used, in_variance, in_bin, in_coefficient: an entry, whose pixel comes two cycles with `go` later; in the cycle between them in_valid says whether it
// counts. halt: high when `go` is to be low in the next cycle. A dump must come when no product is on its way.
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
    output logic                go,
    input  logic                in_valid,
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
    logic                p_used, p_dump, read_used, read_variance, held_used, held_variance;
    logic [BIN_BITS-1:0] read_bin, held_bin;
    logic [31:0]         read_coefficient, held_coefficient;
    logic [BIN_BITS-1:0] p_bin;
    logic [63:0]         p_term;

    // The same in all slots, and kept in each: one register for all of them would lie far from most.
    (* keep *) always_ff @(posedge clk) go <= !halt || rst;

    always_ff @(posedge clk) begin
        if (go) begin
            {read_used, read_variance, read_bin, read_coefficient} <= {in_used, in_variance, in_bin, in_coefficient};
            {held_variance, held_bin, held_coefficient}            <= {read_variance, read_bin, read_coefficient};
            held_used <= read_used && in_valid;
        end
    end

    slot_product #(.BIN_BITS(BIN_BITS)) product (
        .clk(clk), .cfg_signed(cfg_signed), .go(go),
        .in_used(held_used), .in_variance(held_variance), .in_bin(held_bin), .in_coefficient(held_coefficient), .in_marked(in_marked), .in_value(in_value),
        .wide(wide), .marked(marked), .beat(beat), .second(second), .dump(dump), .dump_bin(dump_bin),
        .p_used(p_used), .p_dump(p_dump), .p_bin(p_bin), .p_term(p_term)
    );

    slot_sum #(.BINS(BINS)) sum (
        .clk(clk), .rst(rst), .in_used(p_used), .in_dump(p_dump), .in_bin(p_bin), .in_term(p_term), .out_sum(out_sum)
    );
endmodule
