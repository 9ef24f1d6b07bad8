// Cuts the blocks of block_buffer into steps, one a cycle, each with a line to read at most.
//
// A block of bit planes goes by groups of 8*WIDTH pixels: a step for every plane set in u_planes, but so many (some without a line) that the group
// before has time to be written, LINES of them. A raw block gives a step for as many elements as a line of SLOTS pixels and one of WIDTH bytes hold,
// a bad block one step without pixels. These two pass the planes on a shorter way, so they wait until a block of planes before is out of it.
//
// A step (s_*): s_read: a line is read, for plane s_plane; s_raw: it is of raw elements; s_end: the group is complete;
// s_last: so is the block; s_count: pixels in the group or in the raw line. rd_en, rd_addr: the address of the same step, two cycles later than s_*.
// Latency: three cycles from u_valid to s_*. u_ready comes with the block's last address. Five cycles without a step lie between two blocks.
module unshuffle_steps #(
    parameter int WIDTH       = 16,
    parameter int SLOTS       = 16,
    parameter int BLOCK_BYTES = 8192,
    localparam int ADDR_BITS  = $clog2(BLOCK_BYTES)
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic [1:0]           cfg_elem_log2,
    input  logic                 u_valid,
    output logic                 u_ready,
    input  logic [13:0]          u_elems,
    input  logic                 u_raw,
    input  logic [1:0]           u_status,
    input  logic [31:0]          u_planes,
    input  logic                 w_room,
    output logic                 w_take,
    output logic                 rd_en,
    output logic [ADDR_BITS-1:0] rd_addr,
    output logic                 s_valid,
    output logic                 s_read,
    output logic [4:0]           s_plane,
    output logic                 s_raw,
    output logic                 s_end,
    output logic                 s_last,
    output logic [13:0]          s_count,
    output logic [1:0]           s_status
);
    localparam int LINES = 8 * WIDTH / SLOTS;
    localparam int TIMER = $clog2(LINES + 3);

    // Pixels and bytes of a raw step, for elements of 1, 2 and 4 bytes.
    localparam int ELEMS_1 = WIDTH < SLOTS ? WIDTH : SLOTS;
    localparam int ELEMS_2 = WIDTH / 2 < SLOTS ? WIDTH / 2 : SLOTS;
    localparam int ELEMS_4 = WIDTH / 4 < SLOTS ? WIDTH / 4 : SLOTS;

    logic                 busy, sent;       // a block is in work; all its steps were made
    logic                 single;           // it is raw or bad
    logic [13:0]          left;             // pixels from here on
    logic [31:0]          planes, others;   // planes of the group still to read, without the next one
    logic [ADDR_BITS-1:0] base;             // of the group within its plane, or of the raw line
    logic [TIMER-1:0]     timer;            // steps that the group must still have after this one
    logic [TIMER-1:0]     drain;            // cycles in which planes are still on their way
    logic [31:0]          known;            // planes that elements of this size have
    logic [13:0]          step_elems;
    logic                 start, step, ends, lasts;

    assign known  = cfg_elem_log2 == 0 ? 32'h0000_00ff : cfg_elem_log2 == 1 ? 32'h0000_ffff : 32'hffff_ffff;
    assign others = planes & (planes - 1);

    assign start  = u_valid && !busy && w_room && (drain == 0 || !(u_raw || u_status != 0));
    assign step   = busy && !sent;
    assign ends   = single || (others == 0 && timer == 0);
    assign lasts  = ends && left <= step_elems;
    assign w_take = start;

    always_comb begin
        if (!single)                 step_elems = 14'(8 * WIDTH);
        else if (cfg_elem_log2 == 0) step_elems = 14'(ELEMS_1);
        else if (cfg_elem_log2 == 1) step_elems = 14'(ELEMS_2);
        else                         step_elems = 14'(ELEMS_4);
    end

    always_ff @(posedge clk) begin
        if (drain != 0) drain <= drain - 1;
        if (timer != 0) timer <= timer - 1;
        if (step) begin
            planes <= others;
            if (ends) begin
                planes <= u_planes & known;
                timer  <= TIMER'(LINES - 1);
                left   <= left - step_elems;
                base   <= base + (single ? ADDR_BITS'(step_elems << cfg_elem_log2) : ADDR_BITS'(WIDTH));
                if (!single) drain <= TIMER'(LINES + 2);
            end
            if (lasts) sent <= 1;
        end
        if (u_ready) busy <= 0;
        if (start) begin
            busy   <= 1;
            sent   <= 0;
            single <= u_raw || u_status != 0;
            planes <= u_planes & known;
            timer  <= TIMER'(LINES - 1);
            left   <= u_status != 0 ? 0 : u_elems;
            base   <= 0;
        end
        if (rst) begin
            busy  <= 0;
            drain <= 0;
        end
    end

    // Four registers of a step: its plane as a bit and as a number, where the plane begins, the address. The multiplier has a cycle of its own.
    logic [31:0]          plane_bit;
    logic [4:0]           plane;
    logic [ADDR_BITS-1:0] base_1, base_2, base_3, begin_3;
    logic                 valid_1, read_1, raw_1, end_1, last_1, read_3, last_3;
    logic [13:0]          count_1;

    for (genvar b = 0; b < 5; b++) begin : number
        logic [31:0] having;
        for (genvar k = 0; k < 32; k++) begin : bits
            assign having[k] = ((k >> b) & 1) != 0;
        end
        assign plane[b] = |(plane_bit & having);
    end

    always_ff @(posedge clk) begin
        plane_bit <= planes & ~others;
        base_1    <= base;
        valid_1   <= step;
        read_1    <= step && left != 0 && (single || planes != 0);
        raw_1     <= single;
        end_1     <= ends;
        last_1    <= lasts;
        count_1   <= left < step_elems ? left : step_elems;
        if (rst) valid_1 <= 0;
    end

    always_ff @(posedge clk) begin
        s_valid  <= valid_1;
        s_read   <= read_1;
        s_plane  <= plane;
        s_raw    <= raw_1;
        s_end    <= valid_1 && end_1;
        s_last   <= valid_1 && last_1;
        s_count  <= count_1;
        s_status <= u_status;
        base_2   <= base_1;
        if (rst) begin
            s_valid <= 0;
            s_last  <= 0;
        end
    end

    always_ff @(posedge clk) begin
        begin_3 <= s_raw ? 0 : ADDR_BITS'(s_plane) * ADDR_BITS'(u_elems[13:3]);
        base_3  <= base_2;
        read_3  <= s_read;
        last_3  <= s_last;
        if (rst) last_3 <= 0;
    end

    always_ff @(posedge clk) begin
        rd_en   <= read_3;
        rd_addr <= begin_3 + base_3;
        u_ready <= last_3;
        if (rst) u_ready <= 0;
    end
endmodule
