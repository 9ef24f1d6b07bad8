// Turns lines of bit planes into lines of pixels, a group of 8*WIDTH pixels at a time.
//
// in_write: in_data of the next cycle is the group's line of plane in_plane; planes that get none are zero. in_end, in the cycle of that line: the group is
// complete, and the next one begins. Lines of pixels follow, out_valid, LINES of them (the last one with out_final) from the second cycle after in_end on:
// SLOTS pixels of 32 bits. The next in_end must not come before LINES cycles are over, nor the first within so many after reset; nothing here can wait.
// The lines being written are shifted out, zeros following them: so the next group only has to be OR-ed in.
module unshuffle_planes #(
    parameter int WIDTH = 16,
    parameter int SLOTS = 16
) (
    input  logic                clk,
    input  logic                rst,
    input  logic                in_write,
    input  logic [4:0]          in_plane,
    input  logic [8*WIDTH-1:0]  in_data,
    input  logic                in_end,
    output logic                out_valid,
    output logic                out_final,
    output logic [32*SLOTS-1:0] out_data
);
    localparam int GROUP = 8 * WIDTH;
    localparam int LINES = GROUP / SLOTS;
    localparam int COUNT = $clog2(LINES + 1);

    logic             load;
    logic [COUNT-1:0] lines;

    assign out_valid = lines != 0;
    assign out_final = lines == 1;

    always_ff @(posedge clk) begin
        load <= in_end;
        if (lines != 0) lines <= lines - 1;
        if (load) lines <= COUNT'(LINES);
        if (rst) begin
            load  <= 0;
            lines <= 0;
        end
    end

    for (genvar k = 0; k < 32; k++) begin : plane
        logic             now, have, take;
        logic [GROUP-1:0] line, bits;

        always_ff @(posedge clk) begin
            now <= in_write && in_plane == k;
            if (now) line <= in_data;
            take <= in_end && (have || now);
            have <= !in_end && (have || now);
            bits <= (bits >> SLOTS) | (take ? line : 0);
            if (rst) begin
                now  <= 0;
                take <= 0;
                have <= 0;
            end
        end

        for (genvar s = 0; s < SLOTS; s++) begin : pixel
            assign out_data[32*s+k] = bits[s];
        end
    end
endmodule
