namespace UserStore.Fuzzing.Guiding;

/// <summary>Reports whether a run did something that no run before it did.</summary>
internal interface IBranchCoverage
{
    /// <summary>Gets the number of different branches that all runs took.</summary>
    int Branches { get; }

    /// <summary>Begins a run.</summary>
    void Begin();

    /// <summary>Ends a run.</summary>
    /// <returns>Whether the run took a branch that no earlier run took, or took one much more often.</returns>
    bool End();
}
