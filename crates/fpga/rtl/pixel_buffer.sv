// Two blocks of pixels in SLOTS banks: one is written while the other is read.
//
// Filling: w_take takes a free half (only in a cycle with w_room); lines go to the oldest half that is taken and not done, w_mask says to which of
// their banks; w_done hands it on with w_status, at the earliest with its last line. A half may be taken before the one before it is done.
// Reading: p_valid, p_status: the oldest block that is done; p_ready gives it back. Every bank reads at its own line of that block: r_data follows
// r_line by two cycles, those without the bank's r_en not counted (both of its registers stand still in them). r_line may come in the cycle that gives the
// block back.
// Throughput: a line of all banks written and one read in every cycle.
module pixel_buffer #(
    parameter int SLOTS       = 16,
    parameter int BLOCK_BYTES = 8192,
    localparam int LINE_BITS  = $clog2(BLOCK_BYTES / SLOTS)
) (
    input  logic                       clk,
    input  logic                       rst,
    output logic                       w_room,
    input  logic                       w_take,
    input  logic [SLOTS-1:0]           w_mask,
    input  logic [LINE_BITS-1:0]       w_line,
    input  logic [33*SLOTS-1:0]        w_data,
    input  logic                       w_done,
    input  logic [1:0]                 w_status,
    output logic                       p_valid,
    input  logic                       p_ready,
    output logic [1:0]                 p_status,
    input  logic [SLOTS-1:0]           r_en,
    input  logic [LINE_BITS*SLOTS-1:0] r_line,
    output logic [33*SLOTS-1:0]        r_data
);
    logic [1:0] taken, full;
    logic [3:0] status;
    logic       w_half, p_half, free;

    assign w_room   = !taken[1];
    assign p_valid  = full != 0;
    assign free     = p_valid && p_ready;
    assign p_status = p_half ? status[3:2] : status[1:0];

    always_ff @(posedge clk) begin
        taken <= taken + 2'(w_take) - 2'(free);
        full  <= full + 2'(w_done) - 2'(free);
        if (free) p_half <= !p_half;
        if (w_done) w_half <= !w_half;
        if (w_done && w_half) status[3:2] <= w_status;
        if (w_done && !w_half) status[1:0] <= w_status;
        if (rst) begin
            taken  <= 0;
            full   <= 0;
            p_half <= 0;
            w_half <= 0;
        end
    end

    for (genvar s = 0; s < SLOTS; s++) begin : banks
        logic [32:0] read, held;
        ram #(.BITS(33), .DEPTH(2 << LINE_BITS)) bank (
            .clk(clk),
            .w_en(w_mask[s]), .w_addr({w_half, w_line}), .w_data(w_data[33*s+:33]),
            .r_en(r_en[s]), .r_addr({p_half, r_line[LINE_BITS*s+:LINE_BITS]}), .r_data(read)
        );
        always_ff @(posedge clk) if (r_en[s]) held <= read;
        assign r_data[33*s+:33] = held;
    end
endmodule
