using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace UserStore.Fuzzing.Guiding;

/// <summary>The branches of the instrumented library that the last run took, and those of all runs.</summary>
internal sealed unsafe class BranchCoverage : IBranchCoverage
{
    private const int Size = 1 << 16; // SharpFuzz numbers branches with 16 bits.

    private readonly byte[] _seen = new byte[Size];
    // Never freed: threads of the library may still write to it.
    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);

    public BranchCoverage() => Trace.SharedMem = _map;

    public int Branches { get; private set; }

    public void Begin()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <inheritdoc/>
    /// <remarks>As in AFL, the number of times a branch was taken counts by its power of two.</remarks>
    public bool End()
    {
        bool isNew = false;
        var map = new Span<byte>(_map, Size);
        for (int at = map.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            byte bucket = (byte)(1 << BitOperations.Log2(map[at]));
            if (_seen[at] == 0)
                Branches++;
            isNew |= (_seen[at] & bucket) == 0;
            _seen[at] |= bucket;
            int next = map[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return isNew;
    }
}
