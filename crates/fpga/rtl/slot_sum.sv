// The sums of one slot: adds a term to a bin, or gives a bin's sum out and clears it, one a cycle whatever the bins.
//
// in_used: in_term is added to in_bin's sum. in_dump: the sum of in_bin comes out at out_sum, four cycles later, and is 0 from then on. in_used and
// in_dump never come together, nor in_used within four cycles after in_dump with the same bin.
// A sum that was changed less than five cycles before is not in the memory yet: it is taken from where it is then.
module slot_sum #(
    parameter int BINS      = 1024,
    localparam int BIN_BITS = $clog2(BINS)
) (
    input  logic                clk,
    input  logic                rst,
    input  logic                in_used,
    input  logic                in_dump,
    input  logic [BIN_BITS-1:0] in_bin,
    input  logic [63:0]         in_term,
    output logic [63:0]         out_sum
);
    logic                a_used, r_used, b_used, c_used, a_dump, r_dump, b_dump, c_dump;
    logic [BIN_BITS-1:0] a_bin, r_bin, b_bin, c_bin;
    logic [63:0]         a_term, r_term, r_early, r_stored, b_term, b_sum, c_sum, d_sum, stored;
    logic                a_is_r, a_is_b, a_is_c, a_is_d, r_is_b, r_is_c, r_is_early, b_is_c;

    assign out_sum = c_sum;

    ram #(.BITS(64), .DEPTH(1 << BIN_BITS)) sums (
        .clk(clk),
        .w_en(c_used), .w_addr(c_bin), .w_data(c_dump ? 64'b0 : c_sum),
        .r_en(1'b1), .r_addr(in_bin), .r_data(stored)
    );

    always_ff @(posedge clk) begin
        // a: the sum comes out of the memory. Which of the four terms before this one have its bin; where they are in this cycle.
        a_used <= in_used || in_dump;
        a_bin  <= in_bin;
        a_term <= in_term;
        a_is_r <= a_used && a_bin == in_bin;
        a_is_b <= r_used && r_bin == in_bin;
        a_is_c <= b_used && b_bin == in_bin;
        a_is_d <= c_used && c_bin == in_bin;

        // r: a register for the slow memory and nothing else; beside it the sum that two of those terms have made by now.
        r_used     <= a_used;
        r_bin      <= a_bin;
        r_term     <= a_dump ? 0 : a_term;
        r_stored   <= stored;
        r_early    <= a_is_c ? c_sum : d_sum;
        r_is_early <= a_is_c || a_is_d;
        r_is_c     <= a_is_b;
        r_is_b     <= a_is_r;

        // b: what to add to, but for the term just before, whose sum comes with the next edge.
        b_used <= r_used;
        b_bin  <= r_bin;
        b_term <= r_term;
        b_sum  <= r_is_c ? c_sum : r_is_early ? r_early : r_stored;
        b_is_c <= r_is_b;

        // c: the new sum, written with the next edge.
        c_used <= b_used;
        c_bin  <= b_bin;
        c_sum  <= (b_is_c ? c_sum : b_sum) + b_term;

        d_sum  <= c_sum;
        if (rst) {a_used, r_used, b_used, c_used} <= 0;
    end

    // The same in all slots, and kept in each: one register for all of them would lie far from most.
    (* keep *) always_ff @(posedge clk) {a_dump, r_dump, b_dump, c_dump} <= {in_dump, a_dump, r_dump, b_dump};
endmodule
